#include "server/filter.h"

#include <algorithm>

#include "engine/event.h"
#include "ledger/base/check.h"
#include "server/text_fold.h"

namespace skontro::server {
namespace {

Truth Not(Truth truth) {
  if (truth == Truth::kUnknown) return truth;
  return TruthOf(truth == Truth::kFalse);
}

bool Holds(FilterOp op, int64_t value, int64_t wanted) {
  switch (op) {
    case FilterOp::kEqual:
      return value == wanted;
    case FilterOp::kNotEqual:
      return value != wanted;
    case FilterOp::kLess:
      return value < wanted;
    case FilterOp::kAtMost:
      return value <= wanted;
    case FilterOp::kMore:
      return value > wanted;
    case FilterOp::kAtLeast:
      return value >= wanted;
    case FilterOp::kHas:
      break;
  }
  SKONTRO_CHECK(false);
  return false;
}

void Narrow(const Comparison& comparison, NumberRange* range) {
  const int64_t number = comparison.number;
  switch (comparison.op) {
    case FilterOp::kEqual:
      range->first = std::max(range->first, number);
      range->last = std::min(range->last, number);
      return;
    case FilterOp::kLess:
      if (number == INT64_MIN) {
        *range = {0, -1};
      } else {
        range->last = std::min(range->last, number - 1);
      }
      return;
    case FilterOp::kAtMost:
      range->last = std::min(range->last, number);
      return;
    case FilterOp::kMore:
      if (number == INT64_MAX) {
        *range = {0, -1};
      } else {
        range->first = std::max(range->first, number + 1);
      }
      return;
    case FilterOp::kAtLeast:
      range->first = std::max(range->first, number);
      return;
    case FilterOp::kNotEqual:
    case FilterOp::kHas:
      return;
  }
}

}  // namespace

std::vector<std::pair<std::string_view, int64_t>> ChoicesOf(
    const google::protobuf::EnumDescriptor* descriptor) {
  std::vector<std::pair<std::string_view, int64_t>> choices;
  for (int i = 1; i < descriptor->value_count(); ++i) {
    choices.emplace_back(descriptor->value(i)->name(),
                         descriptor->value(i)->number());
  }
  return choices;
}

Truth Filter::Test(const Ask& ask) const {
  if (nodes_.empty()) return Truth::kTrue;
  size_t at = 0;
  return TestNode(&at, &ask);
}

// Every operand is walked over, but none is asked once the answer is known.
Truth Filter::TestNode(size_t* at, const Ask* ask) const {
  const Node& node = nodes_[(*at)++];
  switch (node.kind) {
    case Node::Kind::kCompare:
      return ask == nullptr ? Truth::kUnknown
                            : (*ask)(comparisons_[node.comparison]);
    case Node::Kind::kNot:
      return Not(TestNode(at, ask));
    case Node::Kind::kAnd:
    case Node::Kind::kOr:
      break;
  }
  // What decides it, and what it is if nothing does.
  const bool is_and = node.kind == Node::Kind::kAnd;
  const Truth decisive = TruthOf(!is_and);
  Truth truth = TruthOf(is_and);
  for (size_t i = 0; i < node.operands; ++i) {
    const bool known = truth == decisive;
    const Truth operand = TestNode(at, known ? nullptr : ask);
    if (known) continue;
    if (operand == decisive || truth != Truth::kUnknown) truth = operand;
  }
  return truth;
}

std::vector<const Comparison*> Filter::Required() const {
  std::vector<const Comparison*> required;
  size_t at = 0;
  if (!nodes_.empty()) AddRequired(&at, true, &required);
  return required;
}

void Filter::AddRequired(size_t* at, bool required,
                         std::vector<const Comparison*>* out) const {
  const Node& node = nodes_[(*at)++];
  if (node.kind == Node::Kind::kCompare) {
    if (required) out->push_back(&comparisons_[node.comparison]);
    return;
  }
  const size_t operands = node.kind == Node::Kind::kNot ? 1 : node.operands;
  const bool goes_on = required && node.kind == Node::Kind::kAnd;
  for (size_t i = 0; i < operands; ++i) AddRequired(at, goes_on, out);
}

const Comparison* Filter::RequiredEqual(int field) const {
  for (const Comparison* comparison : Required()) {
    if (comparison->field == field && comparison->op == FilterOp::kEqual) {
      return comparison;
    }
  }
  return nullptr;
}

Truth Compare(const Comparison& comparison, std::optional<int64_t> value) {
  if (!value.has_value()) return TruthOf(comparison.op == FilterOp::kNotEqual);
  return TruthOf(Holds(comparison.op, *value, comparison.number));
}

Truth CompareExactly(const Comparison& comparison, std::string_view value) {
  return TruthOf((value == comparison.text) ==
                 (comparison.op == FilterOp::kEqual));
}

Truth CompareText(const Comparison& comparison, std::string_view value) {
  const std::string folded = FoldText(value);
  if (comparison.op == FilterOp::kHas) {
    return TruthOf(folded.find(comparison.text) != std::string::npos);
  }
  return CompareExactly(comparison, folded);
}

Truth CompareInvoiceNumber(const Comparison& comparison,
                           std::string_view value) {
  if (comparison.op == FilterOp::kHas) return CompareText(comparison, value);
  const bool same = engine::NormaliseInvoiceNumber(value) ==
                    engine::NormaliseInvoiceNumber(comparison.raw);
  return TruthOf(same == (comparison.op == FilterOp::kEqual));
}

NumberRange RangeOf(const Filter& filter, int field) {
  NumberRange range;
  for (const Comparison* comparison : filter.Required()) {
    if (comparison->field == field) Narrow(*comparison, &range);
  }
  return range;
}

}  // namespace skontro::server
