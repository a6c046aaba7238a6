#include "tests/integration/call_log.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace skontro::integration {
namespace {

std::string Described(const ItemAnswer& item) {
  if (!item.done) return absl::StrCat("refused: ", item.bytes);
  return absl::StrCat("done at ", item.sequence, ": ",
                      item.trade.ShortDebugString());
}

}  // namespace

bool CallLog::Slot::is_known() const {
  return !items.empty() &&
         std::all_of(items.begin(), items.end(),
                     [](const ItemAnswer& item) { return item.known; });
}

CallLog::CallLog(const LoadPlan::Options& plan, int64_t round, int64_t newest)
    : round_(round),
      calls_(plan.calls),
      slots_(static_cast<size_t>(plan.clients * plan.calls)),
      newest_(newest) {}

void CallLog::Sent(const CallId& id) {
  const absl::MutexLock lock(&mutex_);
  Slot& slot = slots_[IndexOf(id)];
  if (!slot.sent) slot.known_before = newest_;
  slot.sent = true;
  ++counts_.sent;
}

void CallLog::Answered(const CallId& id, const CallAnswer& answer,
                       Findings* findings) {
  const absl::MutexLock lock(&mutex_);
  newest_ = std::max(newest_, answer.sequence);
  Slot& slot = slots_[IndexOf(id)];
  if (answer.items.empty()) {
    ++counts_.unknown;
    return;
  }
  ++counts_.answered;
  if (slot.items.empty()) {
    slot.items = answer.items;
    return;
  }
  ++counts_.repeated;
  if (slot.items.size() != answer.items.size()) {
    findings->Add(absl::StrCat(
        "call ", id.round, "-", id.client, "-", id.index, " was answered with ",
        slot.items.size(), " results and is now with ", answer.items.size()));
    return;
  }
  for (size_t i = 0; i < answer.items.size(); ++i) {
    ItemAnswer& before = slot.items[i];
    const ItemAnswer& now = answer.items[i];
    if (!before.known) {
      before = now;
    } else if (now.known && now.bytes != before.bytes) {
      findings->Add(absl::StrCat(
          "call ", id.round, "-", id.client, "-", id.index, " item ", i,
          " was ", Described(before), "\n  and is now ", Described(now)));
    }
  }
}

void CallLog::SuspectAll() {
  const absl::MutexLock lock(&mutex_);
  for (Slot& slot : slots_) {
    if (!slot.sent) slot.known_before = newest_;
    slot.sent = true;
  }
}

int64_t CallLog::newest() const {
  const absl::MutexLock lock(&mutex_);
  return newest_;
}

CallLog::Counts CallLog::counts() const {
  const absl::MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace skontro::integration
