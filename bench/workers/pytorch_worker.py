"""PyTorch, eager, on one thread or more."""

from serve import THREADS, keep_cores, serve

keep_cores()

import torch  # noqa: E402: after the cores are chosen
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

torch.set_num_threads(THREADS)


def training(model, loss, x, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    model.train()

    def step():
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        value.item()

    return step


class Sequence(nn.Module):
    """Layers one after the other, the output of each recurrent one in place of its tuple; `last` keeps the last step of it."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(l for l in layers if l != "last")
        self.order = [None if l == "last" else l for l in layers]

    def forward(self, x):
        for layer in self.order:
            if layer is None:
                x = x[:, -1]
            else:
                x = layer(x)
                if isinstance(x, tuple):
                    x = x[0]
        return x


def w1():
    model = Sequence(nn.RNN(28, 64, batch_first=True), "last", nn.Linear(64, 10))
    return training(model, F.cross_entropy, torch.randn(32, 28, 28), torch.randint(10, (32,)))


def w2():
    model = Sequence(
        nn.Embedding(10000, 100),
        nn.LSTM(100, 100, batch_first=True),
        nn.Dropout(0.5),
        nn.LSTM(100, 50, batch_first=True),
        "last",
        nn.Dropout(0.5),
        nn.Linear(50, 1),
    )
    return training(
        model,
        F.binary_cross_entropy_with_logits,
        torch.randint(10000, (32, 50)),
        torch.randint(2, (32, 1)).float(),
    )


def characters(cell):
    model = Sequence(nn.Embedding(65, 64), cell(64, 128, batch_first=True), nn.Linear(128, 65))

    def loss(logits, y):
        return F.cross_entropy(logits.reshape(-1, 65), y.reshape(-1))

    return training(model, loss, torch.randint(65, (32, 64)), torch.randint(65, (32, 64)))


def w4():
    model = Sequence(nn.LSTM(512, 512, batch_first=True), nn.Linear(512, 512))
    return training(model, F.mse_loss, torch.randn(64, 32, 512), torch.randn(64, 32, 512))


def w5(steps):
    model = Sequence(nn.RNN(1, 10, batch_first=True), nn.RNN(10, 1, batch_first=True), "last")
    return training(model, F.mse_loss, torch.randn(4, steps, 1), torch.randn(4, 1))


def stream():
    # The layer nn.LSTM takes four times as long for one step.
    cell = nn.LSTMCell(64, 128)
    x = torch.randn(1, 64)
    state = [(torch.zeros(1, 128), torch.zeros(1, 128))]

    def step():
        with torch.inference_mode():
            state[0] = cell(x, state[0])

    return step


def bilstm():
    model = nn.LSTM(100, 100, bidirectional=True)
    x = torch.randn(100, 1, 100)

    def step():
        with torch.inference_mode():
            model(x)

    return step


serve(
    {
        "W1": w1,
        "W2": w2,
        "W3-lstm": lambda: characters(nn.LSTM),
        "W3-gru": lambda: characters(nn.GRU),
        "W4": w4,
        "W5-t2": lambda: w5(2),
        "W5-t16": lambda: w5(16),
        "W6-stream": stream,
        "W6-bilstm": bilstm,
    }
)
