#include "server/order_by.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "ledger/base/limits.h"

namespace skontro::server {
namespace {

std::string AllowedWords(std::span<const OrderField> fields) {
  return absl::StrCat(
      "one of ",
      absl::StrJoin(fields, ", ",
                    [](std::string* out, const OrderField& field) {
                      out->append(field.name);
                    }),
      ", alone or with desc behind it");
}

}  // namespace

Order ReadOrder(std::string_view text, std::span<const OrderField> fields,
                Order standard, Form* form) {
  if (text.empty()) return standard;
  if (text.size() <= kOrderByLengthMax) {
    const std::vector<std::string> words = absl::StrSplit(
        absl::string_view(text.data(), text.size()), ' ', absl::SkipEmpty());
    for (const OrderField& field : fields) {
      if (words.empty() || words.size() > 2 || words[0] != field.name) continue;
      if (words.size() == 1 || words[1] == "asc") return {field.id, false};
      if (words[1] == "desc") return {field.id, true};
    }
  }
  form->Refuse("order_by", text, AllowedWords(fields));
  return standard;
}

}  // namespace skontro::server
