// Package cvtext extracts the text of a CV: PDF, Word (DOCX), OpenDocument, RTF,
// HTML and plain text.
//
// Make one [Reader] with [New] for the process and call [Reader.Text] for each
// document; [Reader.Close] frees PDFium. [HTML] converts text that is known to be
// HTML, such as a job description, and needs no Reader.
//
// Anyone can send a CV, so documents are not trusted:
//
//   - Every parser works within [Limits] of size, depth and time. PDFium runs in a
//     WebAssembly sandbox without a file system.
//   - Text that a person would not see is left out, since it may address an agent:
//     hidden, white on white, tiny or off the page. [Document.Notes] mention it.
//   - Parsers are lenient: a damaged document gives the text that could be read.
//
// The remaining text is still written by the candidate. It is data, never
// instructions.
package cvtext
