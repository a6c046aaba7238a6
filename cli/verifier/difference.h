// Says in which fields two messages differ, for the reader of a report.

#ifndef SKONTRO_CLI_VERIFIER_DIFFERENCE_H_
#define SKONTRO_CLI_VERIFIER_DIFFERENCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/verifier/bytes.h"

namespace skontro::verifier {

// A path such as `created.invoice.gross`, and the value as text.
using FieldText = std::pair<std::string, std::string>;

namespace internal {

// Collects the fields that are not at their default.
class FieldCollector {
 public:
  FieldCollector(std::string prefix, std::vector<FieldText>* out)
      : prefix_(std::move(prefix)), out_(*out) {}

  void UInt32(uint32_t, const char* name, uint32_t value) {
    Number(name, value);
  }
  void UInt64(uint32_t, const char* name, uint64_t value) {
    Number(name, value);
  }
  void Int32(uint32_t, const char* name, int32_t value) { Number(name, value); }
  void Int64(uint32_t, const char* name, int64_t value) { Number(name, value); }
  void SInt32(uint32_t, const char* name, int32_t value) {
    Number(name, value);
  }
  void SInt64(uint32_t, const char* name, int64_t value) {
    Number(name, value);
  }
  void Fixed64(uint32_t, const char* name, uint64_t value) {
    Number(name, value);
  }
  void OptionalSInt32(uint32_t, const char* name,
                      const std::optional<int32_t>& value) {
    if (value.has_value()) Add(name, absl::StrCat(*value));
  }
  void Text(uint32_t, const char* name, const std::string& value, size_t) {
    if (!value.empty()) Add(name, Quoted(value));
  }
  void Bytes(uint32_t, const char* name, const std::string& value, size_t) {
    if (!value.empty()) Add(name, Hex(value));
  }
  template <class M>
  void Message(uint32_t, const char* name, const std::optional<M>& value) {
    if (!value.has_value()) return;
    Add(name, "there");
    Nested(prefix_ + name + ".", *value);
  }
  template <class M>
  void Repeated(uint32_t, const char* name, const std::vector<M>& values,
                size_t) {
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string path = absl::StrCat(prefix_, name, "[", i, "]");
      out_.emplace_back(path, "there");
      Nested(path + ".", values[i]);
    }
  }

 private:
  template <class Integer>
  void Number(const char* name, Integer value) {
    if (value != 0) Add(name, absl::StrCat(value));
  }
  void Add(const char* name, std::string value) {
    out_.emplace_back(prefix_ + name, std::move(value));
  }
  template <class M>
  void Nested(std::string prefix, const M& message) {
    FieldCollector collector(std::move(prefix), &out_);
    M::VisitFields(message, collector);
  }

  std::string prefix_;
  std::vector<FieldText>& out_;
};

}  // namespace internal

// The fields of `message` that are not at their default.
template <class M>
std::vector<FieldText> FieldTexts(const M& message) {
  std::vector<FieldText> fields;
  internal::FieldCollector collector("", &fields);
  M::VisitFields(message, collector);
  return fields;
}

// "balance is 90, not 100; time_us is absent, not 5", at most three fields.
std::string Differences(const std::vector<FieldText>& expected,
                        const std::vector<FieldText>& actual);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_DIFFERENCE_H_
