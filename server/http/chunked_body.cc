#include "server/http/chunked_body.h"

#include <algorithm>

namespace skontro::server::http {
namespace {

constexpr int kDigitsMax = 8;

// Of one line of a size, or of all trailers.
constexpr size_t kOverheadMax = 4'096;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsText(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

size_t ChunkedBody::Feed(std::string_view bytes, std::string* body) {
  size_t at = 0;
  while (at < bytes.size() && state_ == State::kMore) {
    if (place_ != Place::kData) {
      Take(bytes[at++]);
      continue;
    }
    const size_t count = std::min<uint64_t>(size_, bytes.size() - at);
    body->append(bytes.substr(at, count));
    at += count;
    size_ -= count;
    if (size_ == 0) place_ = Place::kDataCr;
  }
  return at;
}

void ChunkedBody::Take(char c) {
  switch (place_) {
    case Place::kSize:
      return TakeSize(c);
    case Place::kExtension:
    case Place::kTrailerLine:
      CountOverhead();
      if (c == '\r') {
        place_ =
            place_ == Place::kExtension ? Place::kSizeEnd : Place::kTrailerEnd;
      } else if (!IsText(c)) {
        state_ = State::kBad;
      }
      return;
    case Place::kSizeEnd:
      overhead_ = 0;
      return Expect(c, '\n', size_ == 0 ? Place::kTrailer : Place::kData);
    case Place::kDataCr:
      return Expect(c, '\r', Place::kDataEnd);
    case Place::kDataEnd:
      digits_ = 0;
      return Expect(c, '\n', Place::kSize);
    case Place::kTrailer:
      CountOverhead();
      if (c == '\r') {
        place_ = Place::kLastEnd;
      } else if (c == ' ' || !IsText(c) || c == '\t') {
        state_ = State::kBad;
      } else {
        place_ = Place::kTrailerLine;
      }
      return;
    case Place::kTrailerEnd:
      return Expect(c, '\n', Place::kTrailer);
    case Place::kLastEnd:
      state_ = c == '\n' ? State::kDone : State::kBad;
      return;
    case Place::kData:
      return;  // Feed() takes data by the piece.
  }
}

void ChunkedBody::TakeSize(char c) {
  const int digit = HexDigit(c);
  if (digit >= 0 && digits_ < kDigitsMax) {
    size_ = digits_ == 0 ? 0 : size_;
    size_ = size_ * 16 + static_cast<uint64_t>(digit);
    ++digits_;
    return;
  }
  if (digits_ == 0 || (c != '\r' && c != ';')) {
    state_ = State::kBad;
    return;
  }
  if (size_ > bytes_max_ - taken_) {
    state_ = State::kTooLong;
    return;
  }
  taken_ += size_;
  place_ = c == '\r' ? Place::kSizeEnd : Place::kExtension;
}

void ChunkedBody::Expect(char c, char wanted, Place next) {
  if (c == wanted) {
    place_ = next;
  } else {
    state_ = State::kBad;
  }
}

void ChunkedBody::CountOverhead() {
  if (++overhead_ > kOverheadMax) state_ = State::kBad;
}

}  // namespace skontro::server::http
