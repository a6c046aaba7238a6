// Payloads of records, and batches whose checksums hold: what a store that
// somebody tampered with may show. What is read can be written and read again.

#include <string>
#include <string_view>

#include "engine/event_codec.h"
#include "ledger/base/check.h"
#include "ledger/record_codec.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/hush.h"
#include "tests/fuzz/repair.h"

namespace skontro::fuzz {
namespace {

void ReadPayload(std::string_view bytes) {
  const auto record =
      ledger::DecodePayload(bytes, ledger::RecordKind::kEvent, 1);
  if (!record.ok()) return;
  const auto again = ledger::DecodePayload(ledger::EncodePayload(*record),
                                           ledger::RecordKind::kEvent, 1);
  SKONTRO_CHECK(again.ok() && *again == *record);
}

void ReadEvent(std::string_view bytes) {
  const auto event = engine::DecodeEvent(bytes);
  if (!event.ok()) return;
  const std::string written = engine::EncodeEvent(*event);
  const auto again = engine::DecodeEvent(written);
  SKONTRO_CHECK(again.ok() && engine::EncodeEvent(*again) == written);
}

void ReadBatch(std::string_view bytes) {
  const auto batch = ledger::DecodeBatch(bytes, ledger::Trust::kNothing);
  if (!batch.ok()) return;
  // Whoever trusts the checksums reads the same, and a cut keeps the digests.
  const auto trusting = ledger::DecodeBatch(bytes, ledger::Trust::kCrc);
  SKONTRO_CHECK(trusting.ok());
  SKONTRO_CHECK(trusting->batch.records == batch->batch.records);
  const auto cut = ledger::CutBatch(bytes, batch->batch.first_sequence);
  if (!cut.ok()) return;
  const auto first = ledger::DecodeBatch(*cut, ledger::Trust::kNothing);
  SKONTRO_CHECK(first.ok() && first->batch.records.size() == 1);
  SKONTRO_CHECK(first->batch.digests[0] == batch->batch.digests[0]);
}

}  // namespace
}  // namespace skontro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  skontro::fuzz::Hush();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  skontro::fuzz::ReadPayload(bytes);
  skontro::fuzz::ReadEvent(bytes);
  skontro::fuzz::ReadBatch(bytes);
  skontro::fuzz::ReadBatch(
      skontro::fuzz::RepairBatch(std::string(bytes), std::string(32, 'p')));
  return 0;
}
