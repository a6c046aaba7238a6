// A batch of the journal field by field, written from docs/journal_format.md
// and not from the codec, so that a test can write what the codec never would.

#ifndef SKONTRO_TESTS_LEDGER_RAW_BATCH_H_
#define SKONTRO_TESTS_LEDGER_RAW_BATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/record.h"
#include "ledger/record_codec.h"
#include "skontro/storage/v1/record.pb.h"

namespace skontro::ledger {

// What is not set is computed as the page says.
struct RawFrame {
  uint16_t kind = 2;
  uint16_t zero = 0;
  std::optional<uint32_t> length;
  int64_t time_us = 0;
  std::optional<uint32_t> crc;
  std::string payload;
  std::optional<std::string> digest;
};

struct RawBatch {
  std::string magic = "SKJB";
  uint16_t version = 1;
  uint16_t zero = 0;
  std::string uid;
  uint64_t epoch = 0;
  std::optional<std::string> batch_id;
  uint64_t first_sequence = 1;
  std::optional<uint32_t> count;
  std::optional<uint32_t> frames_length;
  std::string previous;
  std::optional<uint32_t> crc;
  std::vector<RawFrame> frames;
  std::string behind;  // The last frame.

  // The batch with these bytes.
  std::string Bytes() const;
};

// The batch that `records` make, of the network kNetwork.
RawBatch RawBatchOf(uint64_t first_sequence, const std::string& previous,
                    const std::vector<Record>& records);

// The message of `record`, to be changed and serialised.
storage::v1::Record MessageOf(const Record& record);

}  // namespace skontro::ledger

#endif  // SKONTRO_TESTS_LEDGER_RAW_BATCH_H_
