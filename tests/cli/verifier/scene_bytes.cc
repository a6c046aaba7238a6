#include <openssl/sha.h>

#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

// CRC-32C bit by bit.
uint32_t CrcOf(const std::string& bytes) {
  uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    }
  }
  return ~crc;
}

}  // namespace

std::string Big(uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text.push_back(static_cast<char>(number >> (8 * i) & 255));
  }
  return text;
}

std::string Sha256Of(const std::string& bytes) {
  std::string digest(32, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

Rows WriteBatches(const std::vector<BatchBytes>& batches) {
  Rows rows;
  std::string chain = Sha256Of(kUid);
  for (const BatchBytes& batch : batches) {
    const std::string previous = batch.previous.value_or(chain);
    const std::string id =
        batch.id.value_or(Big(batch.epoch, 8) + Big(batch.first, 8));
    std::string frames;
    for (const FrameBytes& frame : batch.frames) {
      std::string header = Big(frame.kind, 2) + Big(frame.zero, 2) +
                           Big(frame.length.value_or(
                                   static_cast<uint32_t>(frame.payload.size())),
                               4) +
                           Big(static_cast<uint64_t>(frame.time_us), 8);
      header += Big(CrcOf(header + frame.payload) ^ frame.crc_xor, 4);
      chain = frame.digest.value_or(
          Sha256Of(chain + id + Big(batch.epoch, 8) + header + frame.payload));
      frames += header + frame.payload + chain;
    }
    frames += batch.behind;
    std::string header =
        batch.magic + Big(batch.version, 2) + Big(batch.zero, 2) + batch.uid +
        Big(batch.epoch, 8) + id + Big(batch.first, 8) +
        Big(batch.count.value_or(static_cast<uint32_t>(batch.frames.size())),
            4) +
        Big(batch.length.value_or(static_cast<uint32_t>(frames.size())), 4) +
        previous;
    header += Big(CrcOf(header) ^ batch.crc_xor, 4);
    rows[batch.key.value_or(Big(batch.first, 8))] = header + frames;
  }
  return rows;
}

}  // namespace skontro::verifier
