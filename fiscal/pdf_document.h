// A PDF of pages with text and rules, and nothing else: what a statement for
// people needs. Its font is in the program and goes into the file, so a reader
// sees the same wherever he is. The same calls give the same bytes: no clock,
// no file and no font of the machine has a say.
//
// The font has Latin, Greek and Cyrillic among others. A character that it has
// not, and any of a script that runs from right to left, is shown as U+FFFD:
// drawn in the wrong order it would be another name.
//
// Lengths are in tenths of a point (1/720 inch); a place counts from the upper
// left corner of the page to the start, or the end, of the line under the text.
//
// Memory: the whole document until it is written.
//
// Thread safety: one thread at a time.

#ifndef SKONTRO_FISCAL_PDF_DOCUMENT_H_
#define SKONTRO_FISCAL_PDF_DOCUMENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "fiscal/sink.h"

namespace skontro::fiscal {

class PdfDocument {
 public:
  // A4 on its side.
  static constexpr int kPageWidth = 8'419;
  static constexpr int kPageHeight = 5'953;

  // `title` is in the properties of the file, as is `created`, of the form
  // "2025-07-01T00:05:00Z".
  PdfDocument(std::string_view title, std::string_view created);
  ~PdfDocument();
  PdfDocument(const PdfDocument&) = delete;
  PdfDocument& operator=(const PdfDocument&) = delete;

  // An empty page, which what follows is drawn on.
  void AddPage();

  // REQUIRES of all that draws: AddPage() was called. Text is CleanText() or of
  // our own.
  void Text(int x, int y, int size, std::string_view text);
  void TextBefore(int x, int y, int size, std::string_view text);
  void Rule(int x, int y, int width);

  // How wide `text` is at `size`, at most a tenth of a point too much.
  int Width(std::string_view text, int size) const;

  // `text` where it is not wider than `width`, else the longest start of it
  // that is so with an ellipsis behind it.
  std::string Fit(std::string_view text, int size, int width) const;

  // Writes the file to `sink`. To be called once, after all that draws.
  //
  // INTERNAL where the document could not be made, such as for want of memory;
  // the first error of `sink`.
  absl::Status Write(const Sink& sink);

 private:
  class Library;  // Keeps the names of the PDF library out of this header.

  const std::unique_ptr<Library> library_;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_PDF_DOCUMENT_H_
