#include "fiscal/xml_writer.h"

#include <utility>

#include "fiscal/utf8.h"
#include "ledger/base/check.h"

namespace skontro::fiscal {
namespace {

bool IsXmlCharacter(char32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c < 0xFFFE) ||
         c > 0xFFFF;
}

// What stands for `c`, or nothing where it stands for itself.
std::string_view EntityFor(char32_t c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    default:
      return IsXmlCharacter(c) ? "" : "?";
  }
}

void AppendEscaped(std::string_view text, std::string* out) {
  for (size_t at = 0; at < text.size();) {
    const std::optional<CodePoint> point = DecodeUtf8(text, at);
    SKONTRO_CHECK(point.has_value());
    const std::string_view entity = EntityFor(point->value);
    out->append(entity.empty() ? text.substr(at, point->length) : entity);
    at += point->length;
  }
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string out;
  AppendEscaped(text, &out);
  return out;
}

XmlWriter& XmlWriter::Open(std::string_view element) {
  out_.push_back('<');
  out_.append(element);
  out_.push_back('>');
  return *this;
}

XmlWriter& XmlWriter::Close(std::string_view name) {
  out_.append("</");
  out_.append(name);
  out_.push_back('>');
  return *this;
}

XmlWriter& XmlWriter::Text(std::string_view element, std::string_view text) {
  Open(element);
  AppendEscaped(text, &out_);
  return Close(element.substr(0, element.find(' ')));
}

XmlWriter& XmlWriter::LineEnd() {
  out_.push_back('\n');
  return *this;
}

XmlWriter& XmlWriter::Declaration() {
  out_.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  return *this;
}

std::string XmlWriter::Take() { return std::exchange(out_, std::string()); }

}  // namespace skontro::fiscal
