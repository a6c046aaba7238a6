#include "cli/recovery_listing.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/recovery_copy.h"
#include "cli/table.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/decode.h"
#include "cli/verifier/journal_reader.h"
#include "cli/verifier/keys.h"
#include "cli/verifier/readonly_store_opener.h"
#include "cli/verifier/verifier.h"
#include "ledger/storage/anchor_file.h"

namespace skontro::cli {
namespace {

constexpr uint64_t kTellEvery = 65'536;
constexpr char kPersonal[] = "personal";

std::string Words(const absl::Status& status) {
  return PlainText(std::string(status.message()));
}

void ReadAnchor(const std::string& path, NetworkListing* listing) {
  const absl::StatusOr<std::string> bytes =
      ledger::ReadAnchorFile(path, ledger::kAnchorFileLength);
  if (!bytes.ok()) {
    listing->anchor_trouble = absl::IsNotFound(bytes.status())
                                  ? "there is none"
                                  : Words(bytes.status());
    return;
  }
  const absl::StatusOr<ledger::AnchorContents> contents =
      ledger::DecodeAnchor(*bytes);
  if (contents.ok()) {
    listing->anchored = contents->newest;
  } else {
    listing->anchor_trouble = Words(contents.status());
  }
}

// Walks the journal as far as every byte holds.
class SoundScan {
 public:
  SoundScan(verifier::Source* source, NetworkListing* listing)
      : source_(*source), listing_(*listing) {
    const std::vector<std::string> families = source_.Families();
    has_personal_ = std::find(families.begin(), families.end(), kPersonal) !=
                    families.end();
  }

  void Run(const OnListing& on_progress) {
    verifier::Findings findings;
    verifier::JournalReader reader(&source_, &findings);
    NetworkListing batch_end = listing_;
    while (const std::optional<verifier::Frame> frame = reader.Next()) {
      Keep(batch_end, findings);
      if (findings.count() > 0 || !reader.whole()) break;
      const absl::Status read = Look(*frame, reader.last_digest());
      if (!read.ok()) {
        findings.Add(frame->sequence, Words(read));
        break;
      }
      if (frame->left_in_batch == 0) {
        batch_end.sound_sequence = frame->sequence;
        batch_end.sound_digest = reader.last_digest();
        batch_end.sound_time_us = frame->time_us;
      }
      if (frame->sequence % kTellEvery == 0) {
        on_progress(
            absl::StrCat(frame->sequence, " records of ", listing_.network));
      }
    }
    Keep(batch_end, findings);
    if (findings.count() > 0) listing_.damage = findings.kept().front();
    const absl::StatusOr<uint64_t> newest = verifier::NewestSequence(&source_);
    listing_.stored_sequence =
        std::max({newest.ok() ? *newest : 0, reader.last_sequence(),
                  listing_.sound_sequence});
  }

 private:
  // Takes over the end of the batch before, unless it is that which is damaged.
  void Keep(const NetworkListing& end, const verifier::Findings& findings) {
    if (findings.count() > 0) {
      const uint64_t at = findings.kept().front().sequence;
      if (at != 0 && at <= end.sound_sequence) return;
    }
    listing_.sound_sequence = end.sound_sequence;
    listing_.sound_digest = end.sound_digest;
    listing_.sound_time_us = end.sound_time_us;
  }

  absl::Status Look(const verifier::Frame& frame,
                    const verifier::Digest& digest) {
    const absl::StatusOr<verifier::Record> record =
        verifier::Decode<verifier::Record>(frame.payload);
    if (!record.ok()) return record.status();
    const absl::StatusOr<verifier::Event> event =
        verifier::DecodeEvent(record->event);
    if (!event.ok()) return event.status();
    if (const auto* network = std::get_if<verifier::NetworkCreated>(&*event)) {
      listing_.time_zone = network->time_zone;
    }
    const std::optional<ledger::AnchoredHead>& anchored = listing_.anchored;
    if (anchored.has_value() &&
        frame.sequence == static_cast<uint64_t>(anchored->sequence) &&
        digest.view() != ledger::BytesOf(anchored->digest)) {
      listing_.differs = true;
    }
    for (const verifier::Commitment& commitment : record->commitments) {
      LookForText(frame.sequence, commitment);
    }
    return absl::OkStatus();
  }

  void LookForText(uint64_t sequence, const verifier::Commitment& commitment) {
    if (has_personal_) {
      const auto row = source_.Get(
          kPersonal, verifier::PersonalRowKey(commitment.subject, sequence,
                                              commitment.field));
      if (row.ok() && row->has_value()) return;
    }
    if (listing_.missing_text_count++ < NetworkListing::kMissingTextsMax) {
      listing_.missing_texts.push_back(
          {sequence, commitment.subject, commitment.field});
    }
  }

  verifier::Source& source_;
  NetworkListing& listing_;
  bool has_personal_ = false;
};

// Opens the store as a server would, else as much of it as can be read.
absl::StatusOr<std::unique_ptr<verifier::Source>> OpenStore(
    const std::string& directory, NetworkListing* listing) {
  auto store = verifier::OpenReadonlyStore(directory);
  if (store.ok()) return store;
  listing->store_trouble = Words(store.status());
  return verifier::OpenReadonlyStore(directory, verifier::Reach::kSalvage);
}

std::string HeadText(uint64_t sequence, const std::string& digest,
                     int64_t time_us) {
  return absl::StrCat(
      "sequence ", sequence, ", digest ", digest, ", ",
      absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMicros(time_us),
                       absl::UTCTimeZone()));
}

std::string Records(uint64_t first, uint64_t last) {
  if (first == last) return absl::StrCat("record ", first, ": 1 record");
  return absl::StrCat("records ", first, " to ", last, ": ", last - first + 1,
                      " records");
}

std::string Line(const char* title, const std::string& text) {
  std::string line = absl::StrCat("  ", title);
  line.resize(16, ' ');
  return line + text + "\n";
}

std::string MissingTexts(const NetworkListing& listing) {
  std::string text =
      absl::StrCat(listing.missing_text_count, " texts are missing:");
  for (const MissingText& missing : listing.missing_texts) {
    absl::StrAppend(&text, " sequence ", missing.sequence, " text ",
                    missing.field, " of member ", missing.subject, ";");
  }
  if (listing.missing_text_count > listing.missing_texts.size()) {
    absl::StrAppend(&text, " and more;");
  }
  text.pop_back();
  return text;
}

uint64_t AnchoredSequence(const NetworkListing& listing) {
  return listing.anchored.has_value()
             ? static_cast<uint64_t>(listing.anchored->sequence)
             : 0;
}

}  // namespace

uint64_t NetworkListing::lost_count() const {
  const uint64_t last = AnchoredSequence(*this);
  return last > sound_sequence ? last - sound_sequence : 0;
}

bool NetworkListing::needs_cut() const {
  return !store_trouble.empty() || damage.has_value() ||
         stored_sequence > sound_sequence;
}

bool NetworkListing::needs_rebuild() const {
  return needs_cut() ||
         (report.has_value() &&
          (report->finding_count > 0 || report->projected > sound_sequence));
}

bool NetworkListing::can_be_accepted() const {
  return unreadable.empty() && sound_sequence > 0;
}

bool NetworkListing::needs_acceptance() const {
  return !anchored.has_value() || lost_count() > 0 || differs ||
         needs_rebuild() || !unreadable.empty();
}

NetworkListing ListNetworkLosses(const std::string& data, const std::string& id,
                                 const OnListing& on_progress) {
  NetworkListing listing;
  listing.network = id;
  ReadAnchor(AnchorPath(data, id), &listing);
  const auto source = OpenStore(NetworkDirectory(data, id), &listing);
  if (!source.ok()) {
    listing.unreadable = Words(source.status());
    return listing;
  }
  const std::vector<std::string> families = (*source)->Families();
  if (std::find(families.begin(), families.end(), "journal") ==
      families.end()) {
    listing.unreadable = "the store has no journal";
    return listing;
  }
  SoundScan(source->get(), &listing).Run(on_progress);
  absl::StatusOr<verifier::Report> report = verifier::Verify(
      source->get(), {.network_id = id},
      [&](const verifier::Progress& progress) {
        on_progress(absl::StrCat(progress.records, " records and ",
                                 progress.rows, " rows of ", id));
        return true;
      });
  if (report.ok()) {
    listing.report = *std::move(report);
  } else {
    listing.unreadable = Words(report.status());
  }
  return listing;
}

std::string VerdictOf(const NetworkListing& listing) {
  if (listing.lost_count() > 0 || listing.differs) return "LOST";
  if (listing.needs_rebuild() || !listing.unreadable.empty()) return "DAMAGED";
  if (!listing.anchored.has_value()) return "NO ANCHOR";
  return "OK";
}

std::string ToText(const NetworkListing& listing) {
  std::string text =
      absl::StrCat("network ", listing.network, ": ", VerdictOf(listing), "\n");
  text += Line("head anchor",
               listing.anchored.has_value()
                   ? HeadText(AnchoredSequence(listing),
                              ledger::ToHex(listing.anchored->digest),
                              listing.anchored->time_us)
                   : listing.anchor_trouble);
  if (!listing.store_trouble.empty()) {
    text += Line("store", "does not open: " + listing.store_trouble);
  }
  if (!listing.unreadable.empty()) {
    return text + Line("found", "nothing: " + listing.unreadable) +
           Line("", "Nothing here can be saved; restore a backup");
  }
  text +=
      Line("found", listing.sound_sequence == 0
                        ? "no record that can be kept"
                        : HeadText(listing.sound_sequence,
                                   verifier::Hex(listing.sound_digest.view()),
                                   listing.sound_time_us));
  if (listing.lost_count() > 0) {
    text += Line("missing", Records(listing.sound_sequence + 1,
                                    AnchoredSequence(listing)));
  }
  if (listing.differs) {
    text += Line("another", absl::StrCat("record ", AnchoredSequence(listing),
                                         " is not the one that was durable: "
                                         "this is another history"));
  }
  if (listing.damage.has_value()) {
    text +=
        Line("damaged", absl::StrCat("at sequence ", listing.damage->sequence,
                                     ": ", listing.damage->message));
  }
  if (listing.stored_sequence > listing.sound_sequence) {
    text += Line("behind it",
                 Records(listing.sound_sequence + 1, listing.stored_sequence) +
                     " that cannot be kept");
  }
  if (listing.missing_text_count > 0) {
    text += Line("personal", MissingTexts(listing));
  }
  const verifier::Report& report = *listing.report;
  text += Line("projections", absl::StrCat("at sequence ", report.projected,
                                           " of ", listing.sound_sequence));
  for (const verifier::Finding& finding : report.findings) {
    text += Line("finding", absl::StrCat("sequence ", finding.sequence, ": ",
                                         finding.message));
  }
  if (report.finding_count > report.findings.size()) {
    text += Line(
        "", absl::StrCat("and ", report.finding_count - report.findings.size(),
                         " more"));
  }
  return text;
}

void WriteJson(const NetworkListing& listing, JsonWriter* json) {
  const auto number = [json](const char* name, uint64_t value) {
    json->Number(name, static_cast<int64_t>(value));
  };
  json->String("network_id", listing.network);
  json->String("verdict", VerdictOf(listing));
  if (listing.anchored.has_value()) {
    json->BeginObject("anchored");
    number("sequence", AnchoredSequence(listing));
    json->String("digest", ledger::ToHex(listing.anchored->digest));
    json->Number("time_us", listing.anchored->time_us);
    json->EndObject();
  } else {
    json->String("anchor_trouble", listing.anchor_trouble);
  }
  json->String("store_trouble", listing.store_trouble);
  json->String("unreadable", listing.unreadable);
  json->BeginObject("found");
  number("sequence", listing.sound_sequence);
  json->String("digest", verifier::Hex(listing.sound_digest.view()));
  json->Number("time_us", listing.sound_time_us);
  json->EndObject();
  number("stored_sequence", listing.stored_sequence);
  number("lost_count", listing.lost_count());
  json->Bool("another_history", listing.differs);
  json->Bool("needs_cut", listing.needs_cut());
  json->Bool("needs_acceptance", listing.needs_acceptance());
  if (listing.damage.has_value()) {
    json->BeginObject("damage");
    number("sequence", listing.damage->sequence);
    json->String("message", listing.damage->message);
    json->EndObject();
  }
  number("missing_text_count", listing.missing_text_count);
  json->BeginArray("missing_texts");
  for (const MissingText& missing : listing.missing_texts) {
    json->BeginObject();
    number("sequence", missing.sequence);
    number("subject", missing.subject);
    number("field", missing.field);
    json->EndObject();
  }
  json->EndArray();
  if (listing.report.has_value()) {
    json->Json("verification", verifier::ToJson(*listing.report));
  }
}

}  // namespace skontro::cli
