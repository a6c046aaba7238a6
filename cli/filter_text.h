// The filter of a list, put together from what was typed as a filter and from
// options, each of which narrows it. docs/api.md has the language.
//
// Thread safety: none; one thread owns it.

#ifndef SKONTRO_CLI_FILTER_TEXT_H_
#define SKONTRO_CLI_FILTER_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace skontro::cli {

class FilterText {
 public:
  // What was typed comes first and as it is: where the server tells the place
  // of a mistake, it is that of the text that somebody knows. It needs no
  // parentheses, since nothing binds looser than the AND that follows.
  explicit FilterText(std::string_view typed) : text_(typed) {}

  // `field op value`, the value in quotes; nothing for an empty value.
  void Add(std::string_view field, std::string_view op, std::string_view value);
  void AddNumber(std::string_view field, std::string_view op, int64_t value);

  // A text that any of the list's texts has; nothing for an empty one.
  void AddWords(std::string_view text);

  const std::string& text() const { return text_; }

 private:
  void AddTerm(std::string_view term);

  std::string text_;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_FILTER_TEXT_H_
