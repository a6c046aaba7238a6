#include "engine/checkpoint.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "engine/checkpoint_codec.h"
#include "ledger/base/status.h"
#include "ledger/big_endian.h"
#include "ledger/store_journal.h"

namespace skontro::engine {
namespace {

using ledger::Family;

constexpr size_t kKeyLength = 12;

std::string Key(Sequence sequence, uint32_t chunk) {
  std::string key;
  ledger::AppendBigEndian(&key, static_cast<uint64_t>(sequence));
  ledger::AppendBigEndian(&key, chunk);
  return key;
}

absl::Status DoesNotFit(absl::string_view what) {
  return absl::FailedPreconditionError(what);
}

// All checkpoints that have any row, newest first, and whether they have a
// header.
struct Place {
  Sequence sequence{};
  bool has_header = false;
};

absl::StatusOr<std::vector<Place>> Places(const ledger::Snapshot& snapshot) {
  std::vector<Place> places;
  const auto it = snapshot.NewIterator(Family::kCheckpoint);
  it->Seek("");
  while (it->Valid()) {
    if (it->key().size() != kKeyLength) {
      return absl::DataLossError(
          "the family checkpoint has a key that is none");
    }
    const Sequence sequence{ledger::ReadBigEndian<uint64_t>(it->key())};
    places.push_back({sequence, it->key() == Key(sequence, 0)});
    if (sequence == Sequence{UINT64_MAX}) break;
    it->Seek(Key(ledger::Next(sequence), 0));
  }
  SKONTRO_RETURN_IF_ERROR(it->status());
  std::reverse(places.begin(), places.end());
  return places;
}

absl::StatusOr<CheckpointHeader> ReadHeader(const ledger::Snapshot& snapshot,
                                            Sequence sequence) {
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                           snapshot.Get(Family::kCheckpoint, Key(sequence, 0)));
  if (!value.has_value()) return absl::DataLossError("it has no header");
  return DecodeCheckpointHeader(*value);
}

absl::Status CheckFits(const ledger::Snapshot& snapshot,
                       const CheckpointHeader& header, Sequence sequence,
                       Sequence last, const Replayed& genesis) {
  if (header.sequence != sequence) {
    return DoesNotFit("it is stored in another's place");
  }
  if (header.uid != genesis.uid) return DoesNotFit("it is of another network");
  if (sequence > last) {
    return DoesNotFit(absl::StrCat("the journal ends before it, at sequence ",
                                   static_cast<uint64_t>(last)));
  }
  ledger::JournalReader reader(&snapshot, sequence, ledger::Trust::kCrc);
  SKONTRO_ASSIGN_OR_RETURN(const std::optional<ledger::DecodedBatch> batch,
                           reader.Next());
  if (!batch.has_value() || batch->batch.last_sequence() != sequence ||
      batch->batch.digests.back() != header.journal_digest) {
    return DoesNotFit("the journal has another record there");
  }
  const ledger::Record& record = batch->batch.records.back();
  if (record.time_us != header.time_us ||
      record.booking_date != header.booking_date) {
    return DoesNotFit("the journal has another time there");
  }
  return absl::OkStatus();
}

absl::Status ReadChunks(const ledger::Snapshot& snapshot,
                        const CheckpointHeader& header,
                        StateContents* contents) {
  contents->members.reserve(header.members);
  contents->accounts.reserve(header.accounts);
  ledger::Sha256 hash;
  hash.Begin();
  for (uint32_t chunk = 1; chunk <= header.chunks; ++chunk) {
    SKONTRO_ASSIGN_OR_RETURN(
        const std::optional<std::string> bytes,
        snapshot.Get(Family::kCheckpoint, Key(header.sequence, chunk)));
    if (!bytes.has_value()) {
      return absl::DataLossError(absl::StrCat("it is damaged: chunk ", chunk,
                                              " of ", header.chunks,
                                              " is not there"));
    }
    hash.Add(*bytes);
    SKONTRO_RETURN_IF_ERROR(DecodeChunk(*bytes, contents));
  }
  if (hash.Finish() != header.chunks_digest) {
    return absl::DataLossError("it is damaged: its chunks were changed");
  }
  return absl::OkStatus();
}

// What a State stops the process for is refused here.
absl::Status CheckContents(const CheckpointHeader& header,
                           const StateContents& contents) {
  __int128 sum = 0;
  for (const Account& account : contents.accounts) {
    sum += account.balance.minor_units();
  }
  absl::flat_hash_set<std::string_view> ids;
  for (const Member& member : contents.members) {
    const auto account = static_cast<uint64_t>(member.main_account);
    if (account == 0 || account > contents.accounts.size() ||
        !ids.insert(member.id).second) {
      return absl::DataLossError("it is damaged: a member that cannot be");
    }
  }
  ids.clear();
  for (const auto& [number, trade] : contents.open_trades) {
    if (!ids.insert(trade.id).second) {
      return absl::DataLossError("it is damaged: two open trades of one id");
    }
  }
  uint64_t statuses = contents.touched.statuses.size();
  for (size_t i = 0; i < contents.members.size(); ++i) {
    if (contents.members[i].status != MemberStatus::kActive &&
        !contents.touched.statuses.contains(MemberNumber{i + 1})) {
      ++statuses;
    }
  }
  uint64_t webhooks = contents.touched.webhooks.size();
  for (const auto& [id, webhook] : contents.webhooks) {
    if (!contents.touched.webhooks.contains(id)) ++webhooks;
  }
  const size_t finished = header.finished_trades;
  if (sum != 0 || contents.members.size() != header.members ||
      contents.accounts.size() != header.accounts ||
      contents.open_trades.size() != header.open_trades ||
      contents.touched.trades.size() < finished ||
      contents.tax_ids.size() != header.tax_ids ||
      statuses != header.member_statuses ||
      contents.api_keys.size() != header.api_keys ||
      webhooks != header.webhooks) {
    return absl::DataLossError("it is damaged: its rows do not add up");
  }
  return absl::OkStatus();
}

// Adds to `rows` that nothing is left of the checkpoint. Its chunks are found
// by walking: a header that is damaged cannot say how many they are.
absl::Status Erase(const ledger::Snapshot& snapshot, Sequence sequence,
                   ledger::WriteBatch* rows) {
  const auto it = snapshot.NewIterator(Family::kCheckpoint);
  for (it->Seek(Key(sequence, 0)); it->Valid(); it->Next()) {
    if (!it->key().starts_with(Key(sequence, 0).substr(0, 8))) break;
    rows->Delete(Family::kCheckpoint, std::string(it->key()));
  }
  return it->status();
}

}  // namespace

absl::StatusOr<std::vector<Sequence>> ListCheckpoints(
    const ledger::Snapshot& snapshot) {
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<Place> places, Places(snapshot));
  std::vector<Sequence> sequences;
  for (const Place& place : places) {
    if (place.has_header) sequences.push_back(place.sequence);
  }
  return sequences;
}

absl::StatusOr<Replayed> LoadCheckpoint(const ledger::Snapshot& snapshot,
                                        Sequence sequence, Sequence last,
                                        const Replayed& genesis,
                                        uint64_t digest_interval) {
  SKONTRO_ASSIGN_OR_RETURN(const CheckpointHeader header,
                           ReadHeader(snapshot, sequence));
  SKONTRO_RETURN_IF_ERROR(CheckFits(snapshot, header, sequence, last, genesis));
  StateContents contents;
  contents.terms = genesis.state->terms();
  contents.sequence = header.sequence;
  contents.time_us = header.time_us;
  contents.booking_date = header.booking_date;
  contents.touched.Begin(header.state_digest, header.state_digest_sequence,
                         header.state_digest_members);
  contents.policies = header.policies;
  contents.touched.policies = header.policies_touched;
  SKONTRO_RETURN_IF_ERROR(ReadChunks(snapshot, header, &contents));
  SKONTRO_RETURN_IF_ERROR(CheckContents(header, contents));
  return Replayed{genesis.uid,
                  std::make_unique<State>(std::move(contents), digest_interval),
                  header.journal_digest};
}

absl::Status SaveCheckpoint(ledger::Store* store, const ledger::NetworkUid& uid,
                            const State& state, const ledger::Digest& digest) {
  const std::shared_ptr<const ledger::Snapshot> before = store->GetSnapshot();
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<Place> places, Places(*before));
  CheckpointHeader header;
  header.uid = uid;
  header.sequence = state.sequence();
  header.journal_digest = digest;
  header.time_us = state.time_us();
  header.booking_date = state.booking_date();
  header.state_digest_sequence = state.touched().since;
  header.state_digest = state.touched().digest;
  header.state_digest_members = state.touched().member_count;
  ledger::Sha256 hash;
  hash.Begin();
  const auto take = [&](std::string chunk) {
    hash.Add(chunk);
    ledger::WriteBatch rows;
    rows.Put(Family::kCheckpoint, Key(header.sequence, ++header.chunks),
             std::move(chunk));
    return store->Write(rows, ledger::Durability::kUnlogged);
  };
  SKONTRO_RETURN_IF_ERROR(EncodeChunks(state, take, &header));
  header.chunks_digest = hash.Finish();
  // The chunks reach the disk before the header says that they are there.
  SKONTRO_RETURN_IF_ERROR(store->Flush());

  ledger::WriteBatch rows;
  rows.Put(Family::kCheckpoint, Key(header.sequence, 0),
           EncodeCheckpointHeader(header));
  size_t kept = 1;
  for (const Place& place : places) {
    // What is newer than this one is of a journal that is not this one's.
    const bool keep = place.has_header && place.sequence < header.sequence &&
                      kept < kCheckpointsKept;
    if (keep) {
      ++kept;
    } else if (place.sequence != header.sequence) {
      SKONTRO_RETURN_IF_ERROR(Erase(*before, place.sequence, &rows));
    }
  }
  return store->Write(rows, ledger::Durability::kSynced);
}

}  // namespace skontro::engine
