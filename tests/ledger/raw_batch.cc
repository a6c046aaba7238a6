#include "tests/ledger/raw_batch.h"

#include "ledger/crc32c.h"
#include "ledger/digest.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

// `width` bytes, most significant first.
std::string Big(uint64_t value, int width) {
  std::string bytes;
  for (int i = width - 1; i >= 0; --i) {
    bytes.push_back(static_cast<char>(value >> (8 * i)));
  }
  return bytes;
}

std::string HashBytes(const std::string& bytes) {
  return std::string(BytesOf(HashOf(bytes)));
}

}  // namespace

std::string RawBatch::Bytes() const {
  const std::string id =
      batch_id.value_or(Big(epoch, 8) + Big(first_sequence, 8));
  std::string all_frames;
  std::string chained = previous;
  for (const RawFrame& frame : frames) {
    std::string bytes = Big(frame.kind, 2) + Big(frame.zero, 2) +
                        Big(frame.length.value_or(frame.payload.size()), 4) +
                        Big(static_cast<uint64_t>(frame.time_us), 8);
    bytes += Big(frame.crc.value_or(Crc32c(bytes + frame.payload)), 4) +
             frame.payload;
    chained =
        frame.digest.value_or(HashBytes(chained + id + Big(epoch, 8) + bytes));
    all_frames += bytes + chained;
  }
  std::string header =
      magic + Big(version, 2) + Big(zero, 2) + uid + Big(epoch, 8) + id +
      Big(first_sequence, 8) + Big(count.value_or(frames.size()), 4) +
      Big(frames_length.value_or(all_frames.size()), 4) + previous;
  header += Big(crc.value_or(Crc32c(header)), 4);
  return header + all_frames + behind;
}

RawBatch RawBatchOf(uint64_t first_sequence, const std::string& previous,
                    const std::vector<Record>& records) {
  RawBatch batch;
  batch.uid.assign(kNetwork.begin(), kNetwork.end());
  batch.first_sequence = first_sequence;
  batch.previous = previous;
  for (const Record& record : records) {
    RawFrame frame;
    frame.kind = static_cast<uint16_t>(record.kind);
    frame.time_us = record.time_us;
    frame.payload = MessageOf(record).SerializeAsString();
    batch.frames.push_back(frame);
  }
  return batch;
}

storage::v1::Record MessageOf(const Record& record) {
  storage::v1::Record message;
  message.set_actor(record.actor);
  message.set_request_id(record.request_id);
  for (const FieldHash& field : record.request_fields) {
    storage::v1::FieldHash* to = message.add_request_fields();
    to->set_number(field.number);
    to->set_hash(field.hash);
  }
  message.set_group_count(record.group_count == 1 ? 0 : record.group_count);
  message.set_booking_day(record.booking_date.days());
  for (const Entry& entry : record.entries) {
    storage::v1::Entry* to = message.add_entries();
    to->set_kind(static_cast<uint32_t>(entry.kind));
    to->set_trade(static_cast<uint64_t>(entry.trade));
    to->set_value_day(entry.value_date.days());
    for (const Posting& posting : entry.postings) {
      storage::v1::Posting* leg = to->add_postings();
      leg->set_account(static_cast<uint64_t>(posting.account));
      leg->set_minor_units(posting.amount.minor_units());
      leg->set_balance_after(posting.balance_after.minor_units());
    }
  }
  message.set_event(record.event);
  for (const Commitment& commitment : record.commitments) {
    storage::v1::Commitment* to = message.add_commitments();
    to->set_subject(commitment.subject);
    to->set_field(commitment.field);
    to->set_digest(std::string(BytesOf(commitment.digest)));
  }
  return message;
}

}  // namespace skontro::ledger
