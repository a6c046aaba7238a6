// An OutputFile is written beside the place where it will be and takes its name
// last: a reader sees the whole file or none. Destroyed before Publish() it
// leaves nothing.
//
// Thread safety: none; one thread owns an OutputFile.

#ifndef SKONTRO_CLI_OUTPUT_FILE_H_
#define SKONTRO_CLI_OUTPUT_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::cli {

class OutputFile {
 public:
  enum class Existing { kKeep, kReplace };

  // Opens a file that will be `path`. A local failure where the folder cannot
  // be written.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Create(std::string path);

  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  const std::string& path() const { return path_; }

  // Where it is until Publish().
  const std::string& partial_path() const { return partial_path_; }
  int64_t size() const { return size_; }

  absl::Status Write(std::string_view bytes);

  // Makes what was written durable and closes. No Write() after it.
  absl::Status Finish();

  // Gives the file its name. With kKeep a local failure where something has
  // that name already. REQUIRES: Finish() returned OK.
  absl::Status Publish(Existing existing);

 private:
  OutputFile(std::string path, std::string partial_path, int descriptor)
      : path_(std::move(path)),
        partial_path_(std::move(partial_path)),
        descriptor_(descriptor) {}

  const std::string path_;
  const std::string partial_path_;
  int descriptor_;  // -1 once closed.
  bool published_ = false;
  int64_t size_ = 0;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_OUTPUT_FILE_H_
