// Texts of anybody in markup.

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text as it may stand in HTML and in SVG, in elements and in attributes; characters that neither may hold become the sign for an unknown one. */
export const escaped = (text: string): string =>
  text.replace(/\p{Cc}(?<![\n\t])|[\ud800-\udfff\ufffe\uffff]/gu, '\ufffd').replace(/[&<>"']/g, sign => escapes[sign])
