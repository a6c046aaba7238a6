#include "tests/ledger/scribe.h"

#include <algorithm>
#include <utility>

#include "absl/synchronization/notification.h"
#include "ledger/base/check.h"

namespace skontro::ledger {

uint64_t Below(Random* random, uint64_t bound) { return (*random)() % bound; }

Record Scribe::Genesis() {
  Record record = Begin(RecordKind::kGenesis);
  record.event = "network created";
  return record;
}

Record Scribe::Event(const std::string& event) {
  Record record = Begin(RecordKind::kEvent);
  record.event = event;
  return record;
}

Record Scribe::Refusal(const std::string& event) {
  Record record = Begin(RecordKind::kRefusal);
  record.event = event;
  return record;
}

Record Scribe::Transfer(AccountId from, AccountId to, int64_t minor_units) {
  Record record = Begin(RecordKind::kEvent);
  record.event = "transfer";
  Entry entry;
  entry.trade = TradeNumber{requests_};
  entry.value_date = record.booking_date;
  entry.postings.push_back(Post(from, -minor_units));
  entry.postings.push_back(Post(to, minor_units));
  record.entries.push_back(std::move(entry));
  return record;
}

std::vector<Record> Scribe::AnyBatch(Random* random, size_t records_max,
                                     uint64_t accounts) {
  std::vector<Record> records;
  const size_t count = 1 + Below(random, records_max);
  size_t group_left = 0;
  while (records.size() < count) {
    records.push_back(AnyRecord(random, accounts));
    Record& record = records.back();
    if (group_left > 0) {
      --group_left;
      record.request_id.clear();
    } else if (Below(random, 5) == 0) {
      group_left = Below(random, count - records.size() + 1);
      record.group_count = static_cast<uint32_t>(group_left) + 1;
    }
    if (Below(random, 20) == 0)
      SkipDays(1 + static_cast<int>(Below(random, 3)));
  }
  return records;
}

void Scribe::GoOnAfter(const Record& record) {
  time_us_ = std::max(time_us_, record.time_us);
  day_ = std::max(day_, record.booking_date.days());
  ++requests_;
  for (const Entry& entry : record.entries) {
    for (const Posting& posting : entry.postings) {
      balances_[posting.account] = posting.balance_after.minor_units();
    }
  }
}

Record Scribe::Begin(RecordKind kind) {
  Record record;
  record.kind = kind;
  record.time_us = time_us_ += 1'000;
  record.booking_date = CivilDate::FromDays(day_);
  record.actor = "operator/local";
  record.request_id = "request-" + std::to_string(++requests_);
  record.request_fields = {{1, 0xfeed'0000'0000'0000 + requests_}};
  return record;
}

Record Scribe::AnyRecord(Random* random, uint64_t accounts) {
  if (Below(random, 8) == 0) return Refusal("refused");
  Record record = Event(std::string(Below(random, 200), 'e'));
  for (uint64_t n = Below(random, 4); n > 0; --n) {
    record.entries.push_back(AnyEntry(random, accounts));
  }
  if (Below(random, 6) == 0) {
    record.commitments.push_back(
        {1 + Below(random, accounts), 1, HashOf(record.request_id)});
  }
  return record;
}

// Two to six postings, an account more than once now and then.
Entry Scribe::AnyEntry(Random* random, uint64_t accounts) {
  Entry entry;
  entry.kind = Below(random, 9) == 0 ? EntryKind::kReversal : EntryKind::kTrade;
  entry.trade = TradeNumber{1 + Below(random, 50)};
  entry.value_date =
      CivilDate::FromDays(day_ - 10 + static_cast<int>(Below(random, 20)));
  int64_t sum = 0;
  for (uint64_t n = 1 + Below(random, 5); n > 0; --n) {
    const AccountId account{1 + Below(random, accounts)};
    int64_t minor_units = 1 + static_cast<int64_t>(Below(random, 100'000));
    // The last posting brings the sum to zero, and may not be zero itself.
    if (Below(random, 2) == 0 && sum != minor_units) minor_units = -minor_units;
    if (sum + minor_units == 0) minor_units *= 2;
    sum += minor_units;
    entry.postings.push_back(Post(account, minor_units));
  }
  entry.postings.push_back(Post(AccountId{1 + Below(random, accounts)}, -sum));
  return entry;
}

Posting Scribe::Post(AccountId account, int64_t minor_units) {
  int64_t& balance = balances_[account];
  balance += minor_units;
  return {account, Amount::FromMinorUnits(minor_units),
          Amount::FromMinorUnits(balance)};
}

PendingBatch Pending(std::vector<Record> records,
                     std::vector<PersonalRow> personal) {
  PendingBatch pending;
  for (const Record& record : records) {
    pending.payloads.push_back(EncodePayload(record));
  }
  pending.records = std::move(records);
  pending.personal = std::move(personal);
  return pending;
}

std::shared_ptr<const CommittedBatch> AppendAndWait(Journal* journal,
                                                    PendingBatch pending) {
  absl::Notification durable;
  std::shared_ptr<const CommittedBatch> batch =
      journal->Append(std::move(pending), [&](AppendOutcome outcome) {
        SKONTRO_CHECK(outcome == AppendOutcome::kDurable);
        durable.Notify();
      });
  durable.WaitForNotification();
  return batch;
}

}  // namespace skontro::ledger
