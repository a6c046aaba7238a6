// The parser of Filter. Each function takes one rule of the grammar in
// docs/api.md, leaves `at_` behind what it took, and returns false once
// something was wrong: the first mistake is the one that is told.

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "fiscal/label.h"
#include "ledger/base/limits.h"
#include "ledger/civil_date.h"
#include "server/filter.h"
#include "server/resource_name.h"
#include "server/text_fold.h"

namespace skontro::server {
namespace {

struct Operator {
  std::string_view sign;
  FilterOp op;
};

// The longer first, where one begins like another.
constexpr std::array kOperators = {
    Operator{"!=", FilterOp::kNotEqual}, Operator{"<=", FilterOp::kAtMost},
    Operator{">=", FilterOp::kAtLeast},  Operator{"=", FilterOp::kEqual},
    Operator{"<", FilterOp::kLess},      Operator{">", FilterOp::kMore},
    Operator{":", FilterOp::kHas}};

bool Allows(FieldKind kind, FilterOp op) {
  if (op == FilterOp::kEqual || op == FilterOp::kNotEqual) return true;
  if (op == FilterOp::kHas) return kind == FieldKind::kText;
  return kind == FieldKind::kNumber || kind == FieldKind::kDate ||
         kind == FieldKind::kTime;
}

std::string_view OperatorsOf(FieldKind kind) {
  if (kind == FieldKind::kText) return "= or != or :";
  return Allows(kind, FilterOp::kLess) ? "= or != or < or <= or > or >="
                                       : "= or !=";
}

bool EndsField(char c) {
  return std::string_view(" ()\"'=!<>:,").find(c) != std::string_view::npos;
}

bool EndsValue(char c) {
  return std::string_view(" ()\"'=!<>,").find(c) != std::string_view::npos;
}

std::string ChoiceWords(const FilterField& field) {
  return absl::StrCat("one of ",
                      absl::StrJoin(field.choices, ", ",
                                    [](std::string* out, const auto& choice) {
                                      out->append(choice.first);
                                    }));
}

// The id in a name of this kind and network, or in an id; empty for neither.
std::string IdIn(FieldKind kind, std::string_view text,
                 std::string_view network) {
  if (IsId(text)) return std::string(text);
  const auto parts =
      kind == FieldKind::kMember ? ParseMemberName(text) : ParseTradeName(text);
  if (!parts.has_value() || parts->network != network) return "";
  return std::string(kind == FieldKind::kMember ? parts->member : parts->trade);
}

std::optional<int64_t> ChoiceOf(const FilterField& field,
                                std::string_view text) {
  const std::string name =
      absl::AsciiStrToUpper(absl::string_view(text.data(), text.size()));
  for (const auto& [choice, number] : field.choices) {
    if (choice == name) return number;
  }
  return std::nullopt;
}

// Sets the value of a comparison; returns what would have done instead, or an
// empty text if it did.
std::string SetValue(const FilterField& field, std::string_view network,
                     std::string_view text, Comparison* out) {
  const absl::string_view view(text.data(), text.size());
  switch (field.kind) {
    case FieldKind::kChoice: {
      const std::optional<int64_t> number = ChoiceOf(field, text);
      if (!number.has_value()) return ChoiceWords(field);
      out->number = *number;
      return "";
    }
    case FieldKind::kNumber:
      // SimpleAtoi takes blanks and a plus, which no number has here.
      if (text.empty() || text.front() == ' ' || text.front() == '+' ||
          text.back() == ' ' || !absl::SimpleAtoi(view, &out->number)) {
        return "a whole number of 64 bits, such as -7200";
      }
      return "";
    case FieldKind::kDate: {
      const absl::StatusOr<ledger::CivilDate> date = ledger::ParseDate(text);
      if (!date.ok()) return "a day, such as 2026-03-31";
      out->number = date->days();
      return "";
    }
    case FieldKind::kTime: {
      absl::Time time;
      if (text.size() > 40 || text.find(' ') != std::string_view::npos ||
          !absl::ParseTime(absl::RFC3339_full, view, &time, nullptr)) {
        return "a time, such as 2026-03-31T12:00:00Z";
      }
      out->number = absl::ToUnixMicros(time);
      return "";
    }
    case FieldKind::kMember:
    case FieldKind::kTrade:
      out->text = IdIn(field.kind, text, network);
      if (!out->text.empty()) return "";
      return field.kind == FieldKind::kMember
                 ? absl::StrCat("an id or ", MemberName(network, "{member}"))
                 : absl::StrCat("an id or ", TradeName(network, "{trade}"));
    case FieldKind::kCode:
      out->text = text;
      return text.empty() ? "a text that is not empty" : "";
    case FieldKind::kText:
      out->text = FoldText(text);
      return out->text.empty() && out->op == FilterOp::kHas
                 ? "a text that is not empty"
                 : "";
  }
  return "";
}

}  // namespace

class FilterParser {
 public:
  FilterParser(std::string_view text, std::span<const FilterField> fields,
               std::string_view network, Form* form)
      : text_(text), fields_(fields), network_(network), form_(form) {}

  Filter Parse() {
    if (text_.size() > kFilterLengthMax || !fiscal::IsPlainText(text_)) {
      form_->Refuse("filter", text_,
                    absl::StrCat("at most ", kFilterLengthMax,
                                 " bytes of UTF-8 without control characters"));
      return {};
    }
    SkipBlanks();
    if (AtEnd()) return {};
    Nodes nodes;
    if (!Expression(&nodes)) return {};
    if (!AtEnd()) {
      // Only a ')' can stand there: all else begins a term.
      Refuse("AND, OR or the end");
      return {};
    }
    filter_.nodes_ = std::move(nodes);
    return std::move(filter_);
  }

 private:
  using Node = Filter::Node;
  using Nodes = std::vector<Node>;

  // sequence { AND sequence }
  bool Expression(Nodes* out) {
    std::vector<Nodes> operands;
    while (true) {
      if (!Sequence(&operands)) return false;
      if (!TakeWord("AND")) break;
    }
    Join(Node::Kind::kAnd, std::move(operands), out);
    return true;
  }

  // factor { factor }: as if AND stood between them.
  bool Sequence(std::vector<Nodes>* operands) {
    do {
      if (!Factor(&operands->emplace_back())) return false;
    } while (!AtEnd() && Peek() != ')' && !IsWord("AND"));
    return true;
  }

  // term { OR term }
  bool Factor(Nodes* out) {
    std::vector<Nodes> operands;
    do {
      if (!Term(&operands.emplace_back())) return false;
    } while (TakeWord("OR"));
    Join(Node::Kind::kOr, std::move(operands), out);
    return true;
  }

  // [ NOT | - ] ( "(" expression ")" | restriction )
  bool Term(Nodes* out) {
    if (TakeWord("NOT") || (!AtEnd() && Peek() == '-' && Take(1))) {
      out->push_back({Node::Kind::kNot});
    }
    if (AtEnd() || Peek() != '(') return Restriction(out);
    if (depth_ == kFilterDepthMax) {
      return Refuse(absl::StrCat("at most ", kFilterDepthMax,
                                 " parentheses within each other"));
    }
    ++depth_;
    Take(1);
    if (!Expression(out)) return false;
    --depth_;
    if (AtEnd() || Peek() != ')') return Refuse("a ')'");
    return Take(1);
  }

  // field operator value | value
  bool Restriction(Nodes* out) {
    if (filter_.comparisons_.size() == kFilterTermsMax) {
      return Refuse(absl::StrCat("at most ", kFilterTermsMax,
                                 " comparisons in one filter"));
    }
    if (IsWord("AND") || IsWord("OR") || IsWord("NOT")) {
      return Refuse("a field or a text; AND, OR and NOT stand between them");
    }
    out->push_back({Node::Kind::kCompare, filter_.comparisons_.size()});
    Comparison comparison;
    const size_t begin = at_;
    if (!AtEnd() && (Peek() == '"' || Peek() == '\'')) {
      return AnyText(begin, &comparison);
    }
    const std::string_view word = WordAt(EndsField);
    if (word.empty()) return Refuse("a field or a text");
    Take(word.size());
    if (const Operator* const sign = OperatorHere()) {
      return Compare(begin, word, *sign, &comparison);
    }
    if (FieldOf(word) != nullptr) {
      return Refuse(absl::StrCat(std::string(OperatorsOf(FieldOf(word)->kind)),
                                 " after ",
                                 absl::string_view(word.data(), word.size())));
    }
    at_ = begin;
    return AnyText(begin, &comparison);
  }

  bool Compare(size_t begin, std::string_view name, const Operator& sign,
               Comparison* comparison) {
    const FilterField* const field = FieldOf(name);
    if (field == nullptr) {
      at_ = begin;
      return Refuse(absl::StrCat("one of the fields ", FieldNames()));
    }
    if (!Allows(field->kind, sign.op)) {
      return Refuse(absl::StrCat(
          std::string(OperatorsOf(field->kind)), " after ",
          absl::string_view(field->name.data(), field->name.size())));
    }
    Take(sign.sign.size());
    comparison->field = field->id;
    comparison->op = sign.op;
    const size_t value_at = at_;
    std::string value;
    if (!Value(&value)) return false;
    comparison->raw = value;
    const std::string allowed = SetValue(*field, network_, value, comparison);
    if (!allowed.empty()) {
      at_ = value_at;
      return Refuse(absl::StrCat(
          allowed, " for ",
          absl::string_view(field->name.data(), field->name.size())));
    }
    filter_.comparisons_.push_back(std::move(*comparison));
    return true;
  }

  bool AnyText(size_t begin, Comparison* comparison) {
    const bool has_text = std::any_of(fields_.begin(), fields_.end(),
                                      [](const FilterField& field) {
                                        return field.kind == FieldKind::kText;
                                      });
    if (!has_text)
      return Refuse(absl::StrCat("one of the fields ", FieldNames()));
    std::string value;
    if (!Value(&value)) return false;
    comparison->field = kAnyText;
    comparison->op = FilterOp::kHas;
    comparison->text = FoldText(value);
    comparison->raw = std::move(value);
    if (comparison->text.empty()) {
      at_ = begin;
      return Refuse("a text that is not empty");
    }
    filter_.comparisons_.push_back(std::move(*comparison));
    return true;
  }

  // A word, or a text in quotes, where \ takes the next character as it is.
  bool Value(std::string* out) {
    if (AtEnd()) return Refuse("a value");
    const char quote = Peek();
    if (quote != '"' && quote != '\'') {
      const std::string_view word = WordAt(EndsValue);
      if (word.empty()) return Refuse("a value");
      out->assign(word);
      return Take(word.size());
    }
    for (size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) return Take(i + 1 - at_);
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      out->push_back(text_[i]);
    }
    return Refuse(
        absl::StrCat("a text that ends with ", std::string(1, quote)));
  }

  // An operator of one operand is that operand.
  static void Join(Node::Kind kind, std::vector<Nodes> operands, Nodes* out) {
    if (operands.size() > 1) out->push_back({kind, 0, operands.size()});
    for (const Nodes& operand : operands) {
      out->insert(out->end(), operand.begin(), operand.end());
    }
  }

  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return text_[at_]; }

  void SkipBlanks() {
    while (!AtEnd() && Peek() == ' ') ++at_;
  }

  bool Take(size_t length) {
    at_ += length;
    SkipBlanks();
    return true;
  }

  std::string_view WordAt(bool (*ends)(char)) const {
    size_t end = at_;
    while (end < text_.size() && !ends(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

  bool IsWord(std::string_view word) const { return WordAt(EndsField) == word; }

  bool TakeWord(std::string_view word) {
    return IsWord(word) && Take(word.size());
  }

  const Operator* OperatorHere() const {
    for (const Operator& sign : kOperators) {
      if (text_.substr(at_, sign.sign.size()) == sign.sign) return &sign;
    }
    return nullptr;
  }

  const FilterField* FieldOf(std::string_view name) const {
    for (const FilterField& field : fields_) {
      if (field.name == name) return &field;
    }
    return nullptr;
  }

  std::string FieldNames() const {
    return absl::StrJoin(fields_, ", ",
                         [](std::string* out, const FilterField& field) {
                           out->append(field.name);
                         });
  }

  // The mistake is where the parser stands. Characters are counted from 1, as
  // an editor does.
  bool Refuse(const std::string& allowed) {
    const auto characters =
        1 + std::count_if(text_.begin(),
                          text_.begin() + static_cast<ptrdiff_t>(at_),
                          [](char c) { return (c & 0xc0) != 0x80; });
    form_->Refuse("filter",
                  AtEnd() ? std::string_view("the end") : text_.substr(at_),
                  absl::StrCat(allowed, " at character ", characters));
    return false;
  }

  const std::string_view text_;
  const std::span<const FilterField> fields_;
  const std::string_view network_;
  Form* const form_;
  Filter filter_;
  size_t at_ = 0;
  size_t depth_ = 0;
};

Filter Filter::Parse(std::string_view text, std::span<const FilterField> fields,
                     std::string_view network, Form* form) {
  return FilterParser(text, fields, network, form).Parse();
}

}  // namespace skontro::server
