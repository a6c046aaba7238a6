#include "tests/cli/verifier/message.h"

#include <algorithm>

namespace skontro::verifier {

std::string Varint(uint64_t value) {
  std::string bytes;
  while (value > 127) {
    bytes.push_back(static_cast<char>(128 + value % 128));
    value /= 128;
  }
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

Message& Message::Put(Field field) {
  Clear(field.number);
  fields_.push_back(std::move(field));
  return *this;
}

Message& Message::Int(int number, int64_t value) {
  if (value == 0) return Clear(number);
  return Put({number, Type::kInt, value, ""});
}

Message& Message::Zigzag(int number, int64_t value) {
  if (value == 0) return Clear(number);
  return Put({number, Type::kZigzag, value, ""});
}

Message& Message::Fixed(int number, uint64_t value) {
  if (value == 0) return Clear(number);
  return Put({number, Type::kFixed, static_cast<int64_t>(value), ""});
}

Message& Message::Text(int number, const std::string& value) {
  if (value.empty()) return Clear(number);
  return Put({number, Type::kText, 0, value});
}

Message& Message::Sub(int number, const Message& value) {
  return Put({number, Type::kSub, 0, "", {value}});
}

Message& Message::Clear(int number) {
  std::erase_if(
      fields_, [number](const Field& field) { return field.number == number; });
  return *this;
}

Message& Message::Add(int number, const Message& value) {
  fields_.push_back({number, Type::kSub, 0, "", {value}});
  return *this;
}

Message& Message::AddRaw(const std::string& bytes) {
  fields_.push_back({0, Type::kRaw, 0, bytes});
  return *this;
}

bool Message::Has(int number) const {
  return std::any_of(
      fields_.begin(), fields_.end(),
      [number](const Field& field) { return field.number == number; });
}

int64_t Message::GetInt(int number) const {
  for (const Field& field : fields_) {
    if (field.number == number) return field.integer;
  }
  return 0;
}

std::string Message::GetText(int number) const {
  for (const Field& field : fields_) {
    if (field.number == number) return field.text;
  }
  return "";
}

Message Message::GetSub(int number) const {
  const std::vector<Message> all = All(number);
  return all.empty() ? Message() : all.front();
}

std::vector<Message> Message::All(int number) const {
  std::vector<Message> all;
  for (const Field& field : fields_) {
    if (field.number == number) all.push_back(field.sub.front());
  }
  return all;
}

std::string Message::Encode() const {
  std::string bytes;
  for (const Field& field : fields_) {
    const auto tag = static_cast<uint64_t>(field.number) * 8;
    const auto integer = static_cast<uint64_t>(field.integer);
    switch (field.type) {
      case Type::kInt:
        bytes += Varint(tag) + Varint(integer);
        break;
      case Type::kZigzag:
        bytes += Varint(tag) +
                 Varint(field.integer < 0 ? ~(integer * 2) : integer * 2);
        break;
      case Type::kFixed:
        bytes += Varint(tag + 1);
        for (int shift = 0; shift < 64; shift += 8) {
          bytes.push_back(static_cast<char>(integer >> shift & 255));
        }
        break;
      case Type::kText:
        bytes += Varint(tag + 2) + Varint(field.text.size()) + field.text;
        break;
      case Type::kSub: {
        const std::string sub = field.sub.front().Encode();
        bytes += Varint(tag + 2) + Varint(sub.size()) + sub;
        break;
      }
      case Type::kRaw:
        bytes += field.text;
        break;
    }
  }
  return bytes;
}

}  // namespace skontro::verifier
