# Writes the files beside it: arrays as NumPy saves them (made by NumPy 2.4.6). Every array of numbers holds [[1, 2], [3, 4], [5, 100]],
# those of reals half of these, `fortran.npy` and the arrays `x` the numbers 0 … 23 in the shape (4, 3, 2).
import numpy as np

numbers = np.array([[1, 2], [3, 4], [5, 100]])
for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"]:
    for order in ["<", ">"] if kind[1] != "1" else [""]:
        name = {"": "", "<": "_little", ">": "_big"}[order]
        np.save(f"{kind}{name}.npy", (numbers / 2 if kind[0] == "f" else numbers).astype(order + kind))
np.save("bool.npy", numbers > 3)
np.save("wide.npy", np.array([9007199254740993, -9223372036854775808, 7]))
x = np.arange(24, dtype="f4").reshape(4, 3, 2)
np.save("fortran.npy", np.asfortranarray(x))
arrays = {"x": x, "y": np.arange(4), "name with blanks é": np.asfortranarray(x)}
np.savez("stored.npz", **arrays)
np.savez_compressed("deflated.npz", **arrays)
for name, other in {
    "object": np.array([1, "a", None], dtype=object),
    "complex": np.zeros(3, complex),
    "record": np.zeros(3, dtype=[("a", "f4"), ("b", "i4")]),
    "half": np.zeros(3, "f2"),
    "text": np.array(["a", "b"]),
    "date": np.array(["2020-01-01"], dtype="M8[D]"),
}.items():
    np.save(f"other_{name}.npy", other)
np.save("scalar.npy", np.float64(3))
np.save("empty.npy", np.zeros((3, 0)))
