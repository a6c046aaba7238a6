#include "ledger/payload_codec.h"

#include <algorithm>
#include <cstddef>

#include "ledger/wire_reader.h"
#include "ledger/wire_writer.h"
#include "skontro/storage/v1/record.pb.h"

namespace skontro::ledger {
namespace {

namespace pb = storage::v1;

constexpr uint32_t Varint(int field) {
  return TagOf(static_cast<uint32_t>(field), WireType::kVarint);
}
constexpr uint32_t Fixed64(int field) {
  return TagOf(static_cast<uint32_t>(field), WireType::kFixed64);
}
constexpr uint32_t Bytes(int field) {
  return TagOf(static_cast<uint32_t>(field), WireType::kBytes);
}

// What is wrong with bytes that cannot be read.
using Fault = std::string_view;
constexpr Fault kNone = "";
constexpr Fault kNoRecord = "the payload is no record";
constexpr Fault kUnknownField = "a field that this version knows not";

Fault FaultOf(const WireReader& in) { return in.ok() ? kNone : kNoRecord; }

void WriteEntry(const Entry& entry, WireWriter* out) {
  out->Unsigned(pb::Entry::kKindFieldNumber, static_cast<uint32_t>(entry.kind));
  out->Unsigned(pb::Entry::kTradeFieldNumber,
                static_cast<uint64_t>(entry.trade));
  out->ZigZag(pb::Entry::kValueDayFieldNumber, entry.value_date.days());
  for (const Posting& posting : entry.postings) {
    out->Message(pb::Entry::kPostingsFieldNumber, [&] {
      out->Unsigned(pb::Posting::kAccountFieldNumber,
                    static_cast<uint64_t>(posting.account));
      out->ZigZag(pb::Posting::kMinorUnitsFieldNumber,
                  posting.amount.minor_units());
      out->ZigZag(pb::Posting::kBalanceAfterFieldNumber,
                  posting.balance_after.minor_units());
    });
  }
}

Fault ReadFieldHash(std::string_view bytes, FieldHash* field) {
  WireReader in(bytes);
  while (const uint32_t tag = in.NextTag()) {
    switch (tag) {
      case Varint(pb::FieldHash::kNumberFieldNumber):
        field->number = in.Unsigned32();
        break;
      case Fixed64(pb::FieldHash::kHashFieldNumber):
        field->hash = in.Fixed64();
        break;
      default:
        return kUnknownField;
    }
  }
  return FaultOf(in);
}

Fault ReadPosting(std::string_view bytes, Posting* posting) {
  WireReader in(bytes);
  while (const uint32_t tag = in.NextTag()) {
    switch (tag) {
      case Varint(pb::Posting::kAccountFieldNumber):
        posting->account = AccountId{in.Varint()};
        break;
      case Varint(pb::Posting::kMinorUnitsFieldNumber):
        posting->amount = Amount::FromMinorUnits(in.ZigZag());
        break;
      case Varint(pb::Posting::kBalanceAfterFieldNumber):
        posting->balance_after = Amount::FromMinorUnits(in.ZigZag());
        break;
      default:
        return kUnknownField;
    }
  }
  return FaultOf(in);
}

Fault ReadEntry(std::string_view bytes, Entry* entry) {
  entry->kind = EntryKind{0};
  entry->trade = TradeNumber{0};
  entry->value_date = CivilDate::FromDays(0);
  entry->postings.clear();
  Fault fault;
  WireReader in(bytes);
  while (const uint32_t tag = in.NextTag()) {
    switch (tag) {
      case Varint(pb::Entry::kKindFieldNumber):
        entry->kind = EntryKind{in.Unsigned32()};
        break;
      case Varint(pb::Entry::kTradeFieldNumber):
        entry->trade = TradeNumber{in.Varint()};
        break;
      case Varint(pb::Entry::kValueDayFieldNumber):
        entry->value_date = CivilDate::FromDays(in.ZigZag32());
        break;
      case Bytes(pb::Entry::kPostingsFieldNumber):
        fault = ReadPosting(in.Bytes(), &entry->postings.emplace_back());
        if (!fault.empty()) return fault;
        break;
      default:
        return kUnknownField;
    }
  }
  return FaultOf(in);
}

Fault ReadCommitment(std::string_view bytes, Commitment* commitment) {
  bool has_digest = false;
  WireReader in(bytes);
  while (const uint32_t tag = in.NextTag()) {
    switch (tag) {
      case Varint(pb::Commitment::kSubjectFieldNumber):
        commitment->subject = in.Varint();
        break;
      case Varint(pb::Commitment::kFieldFieldNumber):
        commitment->field = in.Unsigned32();
        break;
      case Bytes(pb::Commitment::kDigestFieldNumber): {
        const std::string_view digest = in.Bytes();
        has_digest = digest.size() == commitment->digest.size();
        if (has_digest) commitment->digest = DigestFromBytes(digest);
        break;
      }
      default:
        return kUnknownField;
    }
  }
  if (!in.ok()) return kNoRecord;
  return has_digest ? kNone : "a commitment that is no digest";
}

}  // namespace

std::string WritePayload(const Record& record) {
  thread_local WireWriter out;
  out.Clear();
  out.Bytes(pb::Record::kActorFieldNumber, record.actor);
  out.Bytes(pb::Record::kRequestIdFieldNumber, record.request_id);
  for (const FieldHash& field : record.request_fields) {
    out.Message(pb::Record::kRequestFieldsFieldNumber, [&] {
      out.Unsigned(pb::FieldHash::kNumberFieldNumber, field.number);
      out.Fixed64(pb::FieldHash::kHashFieldNumber, field.hash);
    });
  }
  // One is left out.
  if (record.group_count != 1) {
    out.Unsigned(pb::Record::kGroupCountFieldNumber, record.group_count);
  }
  out.ZigZag(pb::Record::kBookingDayFieldNumber, record.booking_date.days());
  for (const Entry& entry : record.entries) {
    out.Message(pb::Record::kEntriesFieldNumber,
                [&] { WriteEntry(entry, &out); });
  }
  out.Bytes(pb::Record::kEventFieldNumber, record.event);
  for (const Commitment& commitment : record.commitments) {
    out.Message(pb::Record::kCommitmentsFieldNumber, [&] {
      out.Unsigned(pb::Commitment::kSubjectFieldNumber, commitment.subject);
      out.Unsigned(pb::Commitment::kFieldFieldNumber, commitment.field);
      out.Bytes(pb::Commitment::kDigestFieldNumber, BytesOf(commitment.digest));
    });
  }
  return std::string(out.bytes());
}

absl::Status ReadPayload(std::string_view payload, Record* record) {
  record->booking_date = CivilDate::FromDays(0);
  record->actor.clear();
  record->request_id.clear();
  record->request_fields.clear();
  record->group_count = 0;
  record->event.clear();
  record->commitments.clear();
  size_t entries = 0;  // Those that are there are used again.
  Fault fault;
  WireReader in(payload);
  while (const uint32_t tag = in.NextTag()) {
    switch (tag) {
      case Bytes(pb::Record::kActorFieldNumber):
        record->actor = in.Text();
        break;
      case Bytes(pb::Record::kRequestIdFieldNumber):
        record->request_id = in.Text();
        break;
      case Bytes(pb::Record::kRequestFieldsFieldNumber):
        fault =
            ReadFieldHash(in.Bytes(), &record->request_fields.emplace_back());
        break;
      case Varint(pb::Record::kGroupCountFieldNumber):
        record->group_count = in.Unsigned32();
        break;
      case Varint(pb::Record::kBookingDayFieldNumber):
        record->booking_date = CivilDate::FromDays(in.ZigZag32());
        break;
      case Bytes(pb::Record::kEntriesFieldNumber):
        if (entries == record->entries.size()) record->entries.emplace_back();
        fault = ReadEntry(in.Bytes(), &record->entries[entries++]);
        break;
      case Bytes(pb::Record::kEventFieldNumber):
        record->event = in.Bytes();
        break;
      case Bytes(pb::Record::kCommitmentsFieldNumber):
        fault = ReadCommitment(in.Bytes(), &record->commitments.emplace_back());
        break;
      default:
        fault = kUnknownField;
    }
    if (!fault.empty()) break;
  }
  record->entries.resize(entries);
  record->group_count = std::max<uint32_t>(record->group_count, 1);
  if (fault.empty()) fault = FaultOf(in);
  if (fault.empty()) return absl::OkStatus();
  return absl::DataLossError(absl::string_view(fault.data(), fault.size()));
}

}  // namespace skontro::ledger
