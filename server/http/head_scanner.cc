#include "server/http/head_scanner.h"

namespace skontro::server::http {

size_t HeadScanner::Feed(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && state_ == State::kMore) Take(bytes[taken++]);
  return taken;
}

void HeadScanner::Refuse(std::string_view reason) {
  state_ = State::kBad;
  reason_ = reason;
}

void HeadScanner::Take(char c) {
  if (after_cr_) {
    if (c != '\n') return Refuse("a CR that no LF follows");
    after_cr_ = false;
    if (line_begins_) {
      if (first_line_) return Refuse("an empty line before the request");
      state_ = State::kDone;
      return;
    }
    if (in_name_) return Refuse("a header line without a colon");
    first_line_ = false;
    line_begins_ = true;
    return;
  }
  if (c == '\r') {
    after_cr_ = true;
    return;
  }
  if (c == '\n') return Refuse("a line that ends without CR");
  const auto byte = static_cast<unsigned char>(c);
  if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
    return Refuse("a control character");
  }
  const bool is_blank = c == ' ' || c == '\t';
  if (line_begins_) {
    if (is_blank) return Refuse("a line that begins with a space");
    line_begins_ = false;
    in_name_ = !first_line_;
    name_is_empty_ = true;
  }
  if (!in_name_) return;
  if (is_blank) return Refuse("a space in the name of a header");
  if (c != ':') {
    name_is_empty_ = false;
    return;
  }
  if (name_is_empty_) return Refuse("a header without a name");
  in_name_ = false;
}

}  // namespace skontro::server::http
