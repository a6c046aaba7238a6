#include "cli/verifier/family_sums.h"

#include <string>
#include <utility>

#include "absl/time/time.h"

namespace skontro::verifier {
namespace {

// How often somebody who waits says that he is still there.
constexpr absl::Duration kPatience = absl::Milliseconds(100);

}  // namespace

FamilySums::FamilySums(Source* source, std::vector<Family> families,
                       int helpers, const SipKey& key)
    : source_(*source), families_(std::move(families)), busy_(helpers) {
  for (int i = 0; i < helpers; ++i) {
    RowSums* const sums =
        sums_.emplace_back(std::make_unique<RowSums>(key)).get();
    helpers_.emplace_back([this, sums] { Help(sums); });
  }
}

FamilySums::~FamilySums() {
  stop_ = true;
  for (std::thread& helper : helpers_) helper.join();
}

void FamilySums::Finish(uint64_t interval, const std::function<bool()>& go_on,
                        RowSums* sums) {
  uint64_t next_call = (rows_ / interval + 1) * interval;
  const auto tell = [&] {
    if (rows_ >= next_call) {
      next_call += interval;
      if (!go_on()) stop_ = true;
    }
    return !stop_;
  };
  Work(sums, [&] {
    ++rows_;
    return tell();
  });
  const auto is_idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return busy_ == 0;
  };
  bool idle = false;
  while (!idle) {
    {
      const absl::MutexLock lock(&mutex_);
      idle = mutex_.AwaitWithTimeout(absl::Condition(&is_idle), kPatience);
    }
    tell();
  }
  for (const std::unique_ptr<RowSums>& theirs : sums_) sums->Add(*theirs);
}

void FamilySums::Help(RowSums* sums) {
  // Not every row: whoever counts takes the counter from the others' caches.
  constexpr uint64_t kStep = 1'024;
  uint64_t rows = 0;
  Work(sums, [&] {
    if (++rows % kStep == 0) rows_ += kStep;
    return !stop_;
  });
  rows_ += rows % kStep;
  const absl::MutexLock lock(&mutex_);
  --busy_;
}

void FamilySums::Work(RowSums* sums, const std::function<bool()>& count) {
  while (!stop_) {
    const size_t i = next_++;
    if (i >= families_.size()) return;
    Read(families_[i], sums, count);
  }
}

void FamilySums::Read(Family family, RowSums* sums,
                      const std::function<bool()>& count) {
  Outcome& outcome = outcomes_[static_cast<size_t>(family)];
  std::string value;
  const std::unique_ptr<Cursor> cursor = source_.Scan(NameOf(family));
  for (; cursor->Valid(); cursor->Next()) {
    if (!count()) return;
    ++outcome.rows;
    if (Canonicalise(family, cursor->value(), &value).ok()) {
      sums->AddActual(family, cursor->key(), value);
    } else {
      sums->AddDamaged(family, cursor->key());
    }
  }
  outcome.status = cursor->status();
  outcome.complete = true;
}

}  // namespace skontro::verifier
