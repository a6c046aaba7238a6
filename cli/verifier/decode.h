// Decodes a message by its VisitFields() list. Refused, with DATA_LOSS and the
// path of the field: what WireReader refuses, a field that is not in the list,
// one of another wire type, a second value of a field that is not repeated, a
// number that its type cannot hold, text that is not UTF-8, and a text or list
// longer than its limit. A field that is absent keeps its default.

#ifndef SKONTRO_CLI_VERIFIER_DECODE_H_
#define SKONTRO_CLI_VERIFIER_DECODE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "cli/verifier/messages.h"
#include "cli/verifier/wire.h"

namespace skontro::verifier {

template <class M>
absl::StatusOr<M> Decode(std::string_view bytes);

// The same into `message`, which must be as it is made. After an error it holds
// anything.
template <class M>
absl::Status DecodeInto(std::string_view bytes, M* message);

// The one event in `bytes`; none, or two, are refused as well.
absl::StatusOr<Event> DecodeEvent(std::string_view bytes);

namespace internal {

// Puts one wire field where it belongs. `seen` has a bit for each number.
class FieldSetter {
 public:
  FieldSetter(const WireField& field, uint64_t* seen)
      : field_(field), seen_(*seen) {}

  bool found() const { return found_; }
  absl::Status&& status() && { return std::move(status_); }

  void UInt32(uint32_t number, const char* name, uint32_t& value) {
    if (!Takes(number, name, WireType::kVarint)) return;
    Store(name, field_.integer, value);
  }
  void UInt64(uint32_t number, const char* name, uint64_t& value) {
    if (!Takes(number, name, WireType::kVarint)) return;
    value = field_.integer;
  }
  void Int32(uint32_t number, const char* name, int32_t& value) {
    if (!Takes(number, name, WireType::kVarint)) return;
    Store(name, static_cast<int64_t>(field_.integer), value);
  }
  void Int64(uint32_t number, const char* name, int64_t& value) {
    if (!Takes(number, name, WireType::kVarint)) return;
    value = static_cast<int64_t>(field_.integer);
  }
  void SInt32(uint32_t number, const char* name, int32_t& value) {
    if (!Takes(number, name, WireType::kVarint)) return;
    Store(name, FromZigZag(field_.integer), value);
  }
  void SInt64(uint32_t number, const char* name, int64_t& value) {
    if (!Takes(number, name, WireType::kVarint)) return;
    value = FromZigZag(field_.integer);
  }
  void OptionalSInt32(uint32_t number, const char* name,
                      std::optional<int32_t>& value) {
    if (!Takes(number, name, WireType::kVarint)) return;
    Store(name, FromZigZag(field_.integer), value.emplace());
  }
  void Fixed64(uint32_t number, const char* name, uint64_t& value) {
    if (!Takes(number, name, WireType::kFixed64)) return;
    value = field_.integer;
  }
  void Text(uint32_t number, const char* name, std::string& value,
            size_t length_max) {
    Bytes(number, name, value, length_max);
    if (number == field_.number && status_.ok() && !IsUtf8(value)) {
      Refuse(name, "is not UTF-8");
    }
  }
  void Bytes(uint32_t number, const char* name, std::string& value,
             size_t length_max) {
    if (!Takes(number, name, WireType::kBytes)) return;
    if (field_.bytes.size() > length_max) {
      Refuse(name, absl::StrFormat("has %d bytes, more than %d",
                                   field_.bytes.size(), length_max));
      return;
    }
    value.assign(field_.bytes);
  }
  template <class M>
  void Message(uint32_t number, const char* name, std::optional<M>& value) {
    if (!Takes(number, name, WireType::kBytes)) return;
    Nested(name, value.emplace());
  }
  template <class M>
  void Repeated(uint32_t number, const char* name, std::vector<M>& values,
                size_t count_max) {
    if (!Takes(number, name, WireType::kBytes, /*repeated=*/true)) return;
    if (values.size() == count_max) {
      Refuse(name, absl::StrFormat("has more than %d values", count_max));
      return;
    }
    Nested(name, values.emplace_back());
  }

 private:
  // Most fields of the list are not the one that is there.
  bool Takes(uint32_t number, const char* name, WireType type,
             bool repeated = false) {
    return number == field_.number && IsInPlace(name, type, repeated);
  }

  bool IsInPlace(const char* name, WireType type, bool repeated) {
    found_ = true;
    if (field_.type != type) {
      Refuse(name, "has another wire type");
      return false;
    }
    const uint64_t bit = uint64_t{1} << field_.number;
    if (!repeated && (seen_ & bit) != 0) {
      Refuse(name, "is there twice");
      return false;
    }
    seen_ |= bit;
    return true;
  }

  template <class From, class To>
  void Store(const char* name, From from, To& to) {
    if (!std::in_range<To>(from)) {
      Refuse(name,
             absl::StrFormat("is %d, which does not fit in 32 bits", from));
      return;
    }
    to = static_cast<To>(from);
  }

  template <class M>
  void Nested(const char* name, M& message) {
    const absl::Status status = DecodeInto(field_.bytes, &message);
    if (status.ok()) return;
    status_ =
        absl::DataLossError(absl::StrFormat("%s: %s", name, status.message()));
  }

  void Refuse(const char* name, const std::string& why) {
    status_ = absl::DataLossError(absl::StrFormat("%s %s", name, why));
  }

  const WireField& field_;
  uint64_t& seen_;
  bool found_ = false;
  absl::Status status_;
};

}  // namespace internal

template <class M>
absl::Status DecodeInto(std::string_view bytes, M* message) {
  uint64_t seen = 0;
  WireReader reader(bytes);
  while (!reader.done()) {
    WireField field;
    absl::Status status = reader.Next(&field);
    if (!status.ok()) return status;
    internal::FieldSetter setter(field, &seen);
    M::VisitFields(*message, setter);
    if (!setter.found()) {
      return absl::DataLossError(absl::StrFormat(
          "field %d is not known: a later version wrote it", field.number));
    }
    status = std::move(setter).status();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

template <class M>
absl::StatusOr<M> Decode(std::string_view bytes) {
  absl::StatusOr<M> message(absl::in_place);
  const absl::Status status = DecodeInto(bytes, &*message);
  if (!status.ok()) return status;
  return message;
}

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_DECODE_H_
