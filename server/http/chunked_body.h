// A ChunkedBody takes a chunked body apart, in pieces of any size. It is
// strict: a size is up to eight hexadecimal digits, every line ends with CRLF;
// extensions and trailers are read over, and bounded.
//
// Boost.Beast's parser is not used for it: it stops the process, where its
// assertions are on, if the end of an empty body comes byte by byte.

#ifndef SKONTRO_SERVER_HTTP_CHUNKED_BODY_H_
#define SKONTRO_SERVER_HTTP_CHUNKED_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace skontro::server::http {

class ChunkedBody {
 public:
  enum class State { kMore, kDone, kBad, kTooLong };

  // At most `bytes_max` of body.
  explicit ChunkedBody(size_t bytes_max) : bytes_max_(bytes_max) {}

  // Reads on, appending to `body`; returns how many bytes it took, all of them
  // while it is kMore.
  size_t Feed(std::string_view bytes, std::string* body);

  State state() const { return state_; }

 private:
  enum class Place {
    kSize,
    kExtension,
    kSizeEnd,  // The LF of the line of the size.
    kData,
    kDataCr,
    kDataEnd,
    kTrailer,  // The first byte of a line.
    kTrailerLine,
    kTrailerEnd,  // The LF of such a line.
    kLastEnd,     // The LF of the empty line.
  };

  void Take(char c);
  void TakeSize(char c);
  void Expect(char c, char wanted, Place next);
  // Counts what is neither data nor bounded otherwise.
  void CountOverhead();

  const size_t bytes_max_;
  State state_ = State::kMore;
  Place place_ = Place::kSize;
  uint64_t size_ = 0;  // Of the chunk, or what is left of it.
  int digits_ = 0;
  size_t taken_ = 0;
  size_t overhead_ = 0;
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_CHUNKED_BODY_H_
