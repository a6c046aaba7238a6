// A Message is a protobuf message as a test writes it down: fields by number.
// Shares nothing with the decoder that it tests.

#ifndef SKONTRO_TESTS_CLI_VERIFIER_MESSAGE_H_
#define SKONTRO_TESTS_CLI_VERIFIER_MESSAGE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace skontro::verifier {

class Message {
 public:
  // Set a field, or take it out with Clear(). Zero and the empty text are left
  // out, as an encoder of proto3 does.
  Message& Int(int number, int64_t value);  // Of any type but the next two.
  Message& Zigzag(int number, int64_t value);
  Message& Fixed(int number, uint64_t value);
  Message& Text(int number, const std::string& value);
  Message& Sub(int number, const Message& value);
  Message& Clear(int number);

  // Adds one more value of a repeated field.
  Message& Add(int number, const Message& value);

  // Adds what no encoder would write.
  Message& AddRaw(const std::string& bytes);

  bool Has(int number) const;
  int64_t GetInt(int number) const;  // As it was set; zero if it was not.
  std::string GetText(int number) const;
  Message GetSub(int number) const;
  std::vector<Message> All(int number) const;

  std::string Encode() const;

 private:
  enum class Type { kInt, kZigzag, kFixed, kText, kSub, kRaw };
  struct Field {
    int number;
    Type type;
    int64_t integer = 0;
    std::string text;
    std::vector<Message> sub = {};  // One.
  };

  Message& Put(Field field);

  std::vector<Field> fields_;
};

// A number as protobuf writes it.
std::string Varint(uint64_t value);

}  // namespace skontro::verifier

#endif  // SKONTRO_TESTS_CLI_VERIFIER_MESSAGE_H_
