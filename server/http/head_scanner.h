// A HeadScanner finds the end of the head of an HTTP/1 request, byte by byte,
// and refuses what another reader of the same bytes could understand
// otherwise: a line that ends with a bare LF or CR, a line that goes on in the
// next one, a space before the colon, a control character. So no proxy before
// the server sees other requests than the server.

#ifndef SKONTRO_SERVER_HTTP_HEAD_SCANNER_H_
#define SKONTRO_SERVER_HTTP_HEAD_SCANNER_H_

#include <cstddef>
#include <string_view>

namespace skontro::server::http {

class HeadScanner {
 public:
  enum class State { kMore, kDone, kBad };

  // Reads on; returns how many bytes it took, all of them but after kDone and
  // kBad.
  size_t Feed(std::string_view bytes);

  State state() const { return state_; }

  // What was wrong; static. REQUIRES: state() is kBad.
  std::string_view reason() const { return reason_; }

 private:
  void Take(char c);
  void Refuse(std::string_view reason);

  State state_ = State::kMore;
  std::string_view reason_;
  bool first_line_ = true;
  bool line_begins_ = true;
  bool after_cr_ = false;
  bool in_name_ = false;  // Of a field, before its colon.
  bool name_is_empty_ = false;
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_HEAD_SCANNER_H_
