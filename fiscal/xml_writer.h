// XML 1.0 as text. What we write ourselves needs no library: elements in a
// fixed order, text that is escaped, no line longer than it has to be.
//
// Thread safety: one thread at a time.

#ifndef SKONTRO_FISCAL_XML_WRITER_H_
#define SKONTRO_FISCAL_XML_WRITER_H_

#include <string>
#include <string_view>

namespace skontro::fiscal {

// `text` as the content of an element: markup escaped, and `?` for the
// characters that XML 1.0 does not know (U+FFFE, U+FFFF, controls). REQUIRES:
// `text` is UTF-8.
std::string EscapeXml(std::string_view text);

class XmlWriter {
 public:
  // The name of an element may carry attributes, escaped by the caller:
  // `Amt Ccy="XBU"`. Close() takes the name alone.
  XmlWriter& Open(std::string_view element);
  XmlWriter& Close(std::string_view name);
  XmlWriter& Text(std::string_view element, std::string_view text);
  XmlWriter& LineEnd();
  XmlWriter& Declaration();

  // What was written since the last Take().
  std::string Take();

 private:
  std::string out_;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_XML_WRITER_H_
