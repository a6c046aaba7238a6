// Where an export goes, piece by piece.

#ifndef SKONTRO_FISCAL_SINK_H_
#define SKONTRO_FISCAL_SINK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace skontro::fiscal {

// Takes the next bytes of a file, in order; a caller hashes them on the way. An
// error ends the export with that error; what the sink got so far is then not a
// file and has to be thrown away.
using Sink = std::function<absl::Status(std::string_view)>;

// Gathers small writes into pieces, so that a sink is not called for each row.
//
// Thread safety: one thread at a time.
class BufferedSink {
 public:
  explicit BufferedSink(Sink sink) : sink_(std::move(sink)) {}

  BufferedSink(const BufferedSink&) = delete;
  BufferedSink& operator=(const BufferedSink&) = delete;

  absl::Status Write(std::string_view bytes) {
    buffer_.append(bytes);
    bytes_ += static_cast<int64_t>(bytes.size());
    return buffer_.size() < kPieceBytes ? absl::OkStatus() : Flush();
  }

  // Hands over what is left. To be called once, after the last Write().
  absl::Status Flush() {
    if (buffer_.empty()) return absl::OkStatus();
    absl::Status status = sink_(buffer_);
    buffer_.clear();
    return status;
  }

  // All that was written.
  int64_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kPieceBytes = 64 * 1024;

  const Sink sink_;
  std::string buffer_;
  int64_t bytes_ = 0;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_SINK_H_
