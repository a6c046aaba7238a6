// Keeps Protocol Buffers from writing a line about each input that is no text.

#ifndef SKONTRO_TESTS_FUZZ_HUSH_H_
#define SKONTRO_TESTS_FUZZ_HUSH_H_

#include <google/protobuf/stubs/logging.h>

namespace skontro::fuzz {

inline void Hush() {
  [[maybe_unused]] static const auto before =
      google::protobuf::SetLogHandler(nullptr);
}

}  // namespace skontro::fuzz

#endif  // SKONTRO_TESTS_FUZZ_HUSH_H_
