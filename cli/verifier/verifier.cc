#include "cli/verifier/verifier.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "cli/verifier/books.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/checkpoint_rows.h"
#include "cli/verifier/decode.h"
#include "cli/verifier/families.h"
#include "cli/verifier/family_sums.h"
#include "cli/verifier/journal_reader.h"
#include "cli/verifier/keys.h"
#include "cli/verifier/merkle.h"
#include "cli/verifier/personal_rows.h"
#include "cli/verifier/projector.h"
#include "cli/verifier/row_difference.h"
#include "cli/verifier/row_sums.h"
#include "cli/verifier/tail_keys.h"

namespace skontro::verifier {
namespace {

constexpr std::string_view kFormatRow = "format";
constexpr std::string_view kProjectedRow = "projected";
constexpr std::string_view kFamiliesRow = "families";
constexpr std::string_view kFamilies = "1";
constexpr std::string_view kFormat = "1";
constexpr size_t kSaltLength = 16;
// RocksDB cannot be without this family; the format has no use for it.
constexpr std::string_view kUnusedFamily = "default";

// Whether the journal has records that put rows into a family which a store may
// be without.
bool IsFilled(Family family, const Books& books) {
  switch (family) {
    case Family::kPolicies:
      return books.policies().set().version > 0;
    case Family::kMemberStatus:
      return !books.members().standings().empty();
    case Family::kApiKey:
      return !books.state().api_keys().empty();
    case Family::kHold:
      return books.trades().had_holds();
    case Family::kWebhook:
      return books.state().had_webhooks();
    default:
      return false;
  }
}

// One reading of the journal: who checks what the records mean, and who takes
// the rows that they make.
struct Reading {
  Reading(Source* source, bool has_personal, uint64_t digest_interval,
          Findings* findings)
      : journal(source, findings),
        books(findings, digest_interval),
        personal(source, has_personal, &books.accounts(), findings) {}

  JournalReader journal;
  Books books;
  Projector projector;
  TreeProjector tree;
  PersonalRows personal;
  CheckpointRows* checkpoints = nullptr;  // Compared if set.
  uint64_t records = 0;                   // Frames that hold.
  uint64_t understood = 0;                // The last record that was applied.
};

class Verification {
 public:
  Verification(Source* source, const VerifyOptions& options,
               const OnProgress& on_progress)
      : source_(*source), options_(options), on_progress_(on_progress) {}

  absl::StatusOr<Report> Run();

 private:
  // False if the rows of the family cannot be looked at.
  bool Has(Family family) const {
    return present_[static_cast<size_t>(family)];
  }

  // Whether nobody misses the family. Checkpoints can be thrown away at any
  // time; earlier builds saved none, gave out no keys and had no policies.
  bool IsOptional(Family family) const {
    if (family == Family::kCheckpoint || family == Family::kApiKey ||
        family == Family::kPolicies || family == Family::kMemberStatus ||
        family == Family::kHold || family == Family::kWebhook) {
      return true;
    }
    if (IsLate(family) && !late_families_whole_) return true;
    return options_.journal_only && family != Family::kJournal &&
           family != Family::kPersonal;
  }

  void CheckFamilies();
  absl::Status ReadMeta();
  void CheckLateFamilies();
  void ReadProjected(std::string_view value);

  // Reads the journal from its beginning. Rows of records up to the watermark,
  // and the keys of personal rows, go to `rows`; the others to `tail`.
  void ReadJournal(Reading* reading, Findings* findings, RowSink* rows,
                   RowSink* tail);
  // False if the payload cannot be read.
  bool ApplyFrame(const Frame& frame, Reading* reading, Findings* findings,
                  RowSink* rows, RowSink* tail);

  // Whether there are checkpoints to compare.
  bool FindCheckpoints(CheckpointRows* checkpoints);
  void FinishCheckpoints(const Reading& reading);

  // Which families can be compared after this reading.
  std::vector<Family> Comparable(const Reading& reading);
  void CompareFamilies(const std::vector<Family>& families, RowSums* sums,
                       TailKeys* tail);
  // Families whose rows are there, whatever the journal will say of them.
  std::vector<Family> PresentProjections() const;
  void ExplainDifferences(const std::vector<Family>& families,
                          const RowSums& sums);

  void CannotRead(Family family, const absl::Status& status);

  void Fill(const Reading& reading);
  // A text of nobody; empty if it cannot be read.
  std::string PersonalText(uint64_t sequence, uint32_t field);

  // Whether to go on.
  bool CountRecord(uint64_t records);
  bool CountRow();
  bool Tell();

  void NotChecked(const std::string& what) {
    report_.not_checked.push_back(what);
  }

  Source& source_;
  const VerifyOptions& options_;
  const OnProgress& on_progress_;
  std::array<bool, kFamilyCount> present_{};
  bool late_families_whole_ = false;  // As `meta`/`families` says.
  bool projected_known_ = true;
  Findings findings_;
  Progress progress_;
  uint64_t explained_rows_ = 0;  // Read once more, to say what differs.
  std::unique_ptr<FamilySums> family_sums_;
  bool cancelled_ = false;
  Report report_;
};

absl::StatusOr<Report> Verification::Run() {
  CheckFamilies();
  const absl::Status status = ReadMeta();
  if (!status.ok()) return status;
  if (!Has(Family::kJournal)) {
    NotChecked("the journal: there is none");
    report_.findings = findings_.kept();
    report_.finding_count = findings_.count();
    return report_;
  }
  const absl::StatusOr<uint64_t> newest = NewestSequence(&source_);
  progress_.records_total = newest.ok() ? *newest : 0;
  Tell();

  Reading reading(&source_, Has(Family::kPersonal), options_.digest_interval,
                  &findings_);
  const auto sums = std::make_unique<RowSums>();
  TailKeys tail(&source_, &findings_);
  CheckpointRows checkpoints(&source_, &findings_);
  if (FindCheckpoints(&checkpoints)) reading.checkpoints = &checkpoints;
  if (options_.threads > 1) {
    family_sums_ = std::make_unique<FamilySums>(
        &source_, PresentProjections(), options_.threads - 1, sums->key());
  }
  ReadJournal(&reading, &findings_, sums.get(), &tail);
  FinishCheckpoints(reading);
  const std::vector<Family> families = Comparable(reading);
  if (!cancelled_) CompareFamilies(families, sums.get(), &tail);
  if (!cancelled_) Tell();
  if (cancelled_) NotChecked("what was left when it was cancelled");
  Fill(reading);
  return report_;
}

void Verification::CheckFamilies() {
  const std::vector<std::string> names = source_.Families();
  for (const std::string& name : names) {
    const auto known =
        std::find(kFamilyNames.begin(), kFamilyNames.end(), name);
    if (known != kFamilyNames.end()) {
      present_[static_cast<size_t>(known - kFamilyNames.begin())] = true;
      continue;
    }
    if (name != kUnusedFamily) {
      findings_.Add(0, absl::StrFormat("family %s is not known", Quoted(name)));
    } else if (source_.Scan(name)->Valid()) {
      findings_.Add(0,
                    "the family default has rows; the format uses it for "
                    "nothing");
    }
  }
  for (size_t i = 0; i < kFamilyCount; ++i) {
    if (present_[i] || IsOptional(static_cast<Family>(i))) continue;
    findings_.Add(0, absl::StrFormat("the family %s is missing",
                                     std::string(kFamilyNames[i])));
  }
}

absl::Status Verification::ReadMeta() {
  if (!Has(Family::kMeta)) {
    projected_known_ = false;
    return absl::OkStatus();
  }
  bool has_format = false;
  const std::unique_ptr<Cursor> cursor = source_.Scan(NameOf(Family::kMeta));
  for (; cursor->Valid(); cursor->Next()) {
    const std::string value(cursor->value());
    if (cursor->key() == kFormatRow) {
      has_format = true;
      if (value == kFormat) continue;
      if (!value.empty() &&
          value.find_first_not_of("0123456789") == std::string::npos) {
        return absl::FailedPreconditionError(absl::StrFormat(
            "the store has format %s and this program reads format 1; verify "
            "it with a newer program",
            value));
      }
      findings_.Add(0, absl::StrFormat("meta/format is %s", Quoted(value)));
    } else if (cursor->key() == kProjectedRow) {
      ReadProjected(value);
    } else if (cursor->key() == kFamiliesRow) {
      late_families_whole_ = true;
      if (value == kFamilies) continue;
      findings_.Add(0, absl::StrFormat("meta/families is %s", Quoted(value)));
    } else {
      findings_.Add(
          0, absl::StrFormat("meta/%s is not known", Quoted(cursor->key())));
    }
  }
  if (!cursor->status().ok()) {
    findings_.Add(0, absl::StrFormat("the family meta cannot be read: %s",
                                     cursor->status().message()));
    projected_known_ = false;
  } else if (!has_format) {
    findings_.Add(0, "meta/format is missing");
  }
  CheckLateFamilies();
  return absl::OkStatus();
}

// Where the row is not there, their rows were not made yet, or not all of them:
// the next server that opens the store makes them.
void Verification::CheckLateFamilies() {
  for (size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    if (!IsLate(family) || options_.journal_only) continue;
    if (!late_families_whole_) {
      present_[i] = false;
    } else if (!present_[i]) {
      findings_.Add(0, absl::StrFormat("the family %s is missing",
                                       std::string(kFamilyNames[i])));
    }
  }
}

void Verification::ReadProjected(std::string_view value) {
  if (value.size() == 8) {
    report_.projected = ReadBig64(value);
    return;
  }
  findings_.Add(
      0, absl::StrFormat("meta/projected has %d bytes, not 8", value.size()));
  projected_known_ = false;
}

void Verification::ReadJournal(Reading* reading, Findings* findings,
                               RowSink* rows, RowSink* tail) {
  bool understands = true;
  while (!cancelled_) {
    const std::optional<Frame> frame = reading->journal.Next();
    if (!frame.has_value()) break;
    ++reading->records;
    if (!CountRecord(reading->records)) return;
    understands = understands && reading->journal.whole() &&
                  ApplyFrame(*frame, reading, findings, rows, tail);
    if (understands) reading->understood = frame->sequence;
  }
}

bool Verification::ApplyFrame(const Frame& frame, Reading* reading,
                              Findings* findings, RowSink* rows,
                              RowSink* tail) {
  const auto refuse = [&](const absl::Status& status) {
    findings->Add(
        frame.sequence,
        absl::StrFormat("the payload cannot be read: %s", status.message()));
    return false;
  };
  const absl::StatusOr<Record> record = Decode<Record>(frame.payload);
  if (!record.ok()) return refuse(record.status());
  const absl::StatusOr<Event> event = DecodeEvent(record->event);
  if (!event.ok()) return refuse(event.status());

  reading->books.Apply(frame, *record, *event);
  reading->personal.Check(frame, *record, *event, rows);
  const bool projected = frame.sequence <= report_.projected;
  reading->projector.Project(frame, *record, *event, projected ? rows : tail);
  reading->tree.Project(frame.sequence, reading->journal.last_digest(),
                        projected ? rows : tail);
  if (frame.sequence == report_.projected) {
    reading->projector.ProjectAccounts(frame.sequence, rows);
  }
  if (reading->checkpoints != nullptr) {
    reading->checkpoints->Compare(frame, *record, reading->journal,
                                  reading->books);
  }
  return true;
}

bool Verification::FindCheckpoints(CheckpointRows* checkpoints) {
  if (!Has(Family::kCheckpoint)) return false;
  const absl::Status status = checkpoints->Find();
  if (!status.ok()) CannotRead(Family::kCheckpoint, status);
  return status.ok();
}

void Verification::FinishCheckpoints(const Reading& reading) {
  if (reading.checkpoints == nullptr || cancelled_) return;
  const uint64_t last = reading.journal.last_sequence();
  if (!reading.journal.whole() || reading.understood < last) {
    NotChecked(
        absl::StrFormat("the checkpoints after record %d", reading.understood));
    return;
  }
  reading.checkpoints->Finish(last);
  report_.compared.push_back(
      {.family = std::string(NameOf(Family::kCheckpoint)),
       .rows = reading.checkpoints->count()});
}

std::vector<Family> Verification::Comparable(const Reading& reading) {
  std::vector<Family> families;
  if (cancelled_) return families;
  const uint64_t last = reading.journal.last_sequence();
  if (reading.records == 0 && reading.journal.whole()) {
    findings_.Add(0, "the journal is empty: it has no genesis");
  }
  if (!reading.journal.whole() || reading.understood < last) {
    NotChecked(
        absl::StrFormat("what the records after %d mean", reading.understood));
  } else if (Has(Family::kPersonal)) {
    families.push_back(Family::kPersonal);
  }
  if (options_.journal_only) return families;
  if (!projected_known_) {
    NotChecked("the projections: nobody knows which records they include");
    return families;
  }
  if (reading.understood < report_.projected) {
    if (reading.journal.whole() && reading.understood == last) {
      findings_.Add(last, absl::StrFormat("the projections include record %d; "
                                          "the journal ends at %d",
                                          report_.projected, last));
    }
    NotChecked("the projections: they include records that could not be read");
    return families;
  }
  for (size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    if (!IsProjection(family)) continue;
    if (Has(family)) {
      families.push_back(family);
    } else if (IsFilled(family, reading.books)) {
      findings_.Add(0, absl::StrFormat("the family %s is missing",
                                       std::string(NameOf(family))));
    } else if (!IsOptional(family)) {
      NotChecked(absl::StrFormat("the family %s", std::string(NameOf(family))));
    }
  }
  return families;
}

std::vector<Family> Verification::PresentProjections() const {
  std::vector<Family> families;
  if (Has(Family::kPersonal)) families.push_back(Family::kPersonal);
  for (size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    if (IsProjection(family) && Has(family)) families.push_back(family);
  }
  return families;
}

void Verification::CompareFamilies(const std::vector<Family>& families,
                                   RowSums* sums, TailKeys* tail) {
  if (families.empty()) return;
  if (family_sums_ == nullptr) {
    family_sums_ = std::make_unique<FamilySums>(&source_, families,
                                                /*helpers=*/0, sums->key());
  }
  family_sums_->Finish(
      options_.progress_interval, [this] { return Tell(); }, sums);
  std::vector<Family> compared;
  for (const Family family : families) {
    const FamilySums::Outcome& outcome = family_sums_->Of(family);
    if (!outcome.complete) break;  // It was cancelled.
    if (outcome.status.ok()) {
      compared.push_back(family);
      report_.compared.push_back({std::string(NameOf(family)), outcome.rows});
    } else {
      CannotRead(family, outcome.status);
    }
  }
  if (cancelled_) return;
  tail->Finish(compared, *sums);
  ExplainDifferences(compared, *sums);
}

void Verification::CannotRead(Family family, const absl::Status& status) {
  const std::string name(NameOf(family));
  findings_.Add(0, absl::StrFormat("the family %s cannot be read: %s", name,
                                   status.message()));
  NotChecked(absl::StrFormat("the family %s", name));
}

void Verification::ExplainDifferences(const std::vector<Family>& families,
                                      const RowSums& sums) {
  RowDifference difference(&findings_);
  for (const Family family : families) {
    difference.Watch(family, sums.Differing(family), sums.RowCount(family));
  }
  if (!difference.watches()) return;

  // The same once more, for the rows: what does not hold was told before.
  Findings told_before;
  Reading reading(&source_, Has(Family::kPersonal), options_.digest_interval,
                  &told_before);
  class Nowhere : public RowSink {
    void Put(Family, std::string_view, std::string_view, uint64_t) override {}
    void Erase(Family, std::string_view, std::string_view, uint64_t) override {}
  } nowhere;
  ReadJournal(&reading, &told_before, &difference, &nowhere);
  for (const Family family : families) {
    if (cancelled_) return;
    if (sums.Differing(family).empty()) continue;
    const std::unique_ptr<Cursor> cursor = source_.Scan(NameOf(family));
    for (; cursor->Valid(); cursor->Next()) {
      if (!CountRow()) return;
      difference.CompareActual(family, cursor->key(), cursor->value());
    }
    if (cursor->status().ok()) {
      difference.FinishFamily(family);
    } else {
      CannotRead(family, cursor->status());
    }
  }
}

void Verification::Fill(const Reading& reading) {
  const std::optional<NetworkCreated>& network = reading.books.network();
  if (network.has_value()) {
    report_.network_id = network->id;
    report_.unit_code = network->unit_code;
    report_.unit_decimals = network->unit_decimals;
    if (!options_.network_id.empty() && network->id != options_.network_id) {
      findings_.Add(
          1, absl::StrFormat("the journal is of network %s, not of "
                             "%s",
                             Quoted(network->id), Quoted(options_.network_id)));
    }
  }
  report_.network_uid = reading.journal.uid();
  report_.records = reading.records;
  report_.last_sequence = reading.journal.last_sequence();
  report_.last_digest = reading.journal.last_digest();
  report_.balances_sum = reading.books.accounts().Sum();
  report_.accounts = reading.books.accounts().count();
  report_.members = reading.books.member_count();
  report_.trades = reading.books.trade_count();
  report_.recoveries = reading.books.recoveries();
  for (Recovery& recovery : report_.recoveries) {
    recovery.reason = PersonalText(recovery.sequence, 1);
    recovery.author = PersonalText(recovery.sequence, 2);
  }
  report_.personal_rows = reading.personal.matching();
  report_.personal_erased = reading.personal.erased();
  report_.findings = findings_.kept();
  report_.finding_count = findings_.count();
}

std::string Verification::PersonalText(uint64_t sequence, uint32_t field) {
  if (!Has(Family::kPersonal)) return "";
  const absl::StatusOr<std::optional<std::string>> row =
      source_.Get(NameOf(Family::kPersonal),
                  PersonalRowKey(/*subject=*/0, sequence, field));
  if (!row.ok() || !row->has_value() || (*row)->size() < kSaltLength) return "";
  return (*row)->substr(kSaltLength);
}

bool Verification::CountRecord(uint64_t records) {
  // A second reading starts anew; progress does not go back.
  progress_.records = std::max(progress_.records, records);
  return records % options_.progress_interval != 0 || Tell();
}

bool Verification::CountRow() {
  ++explained_rows_;
  return explained_rows_ % options_.progress_interval != 0 || Tell();
}

bool Verification::Tell() {
  progress_.rows = explained_rows_;
  if (family_sums_ != nullptr) progress_.rows += family_sums_->rows();
  if (on_progress_ && !on_progress_(progress_)) cancelled_ = true;
  return !cancelled_;
}

}  // namespace

absl::StatusOr<Report> Verify(Source* source, const VerifyOptions& options,
                              const OnProgress& on_progress) {
  return Verification(source, options, on_progress).Run();
}

}  // namespace skontro::verifier
