// Makes the checksums of changed bytes hold again, so that a fuzzer gets past
// them to the code behind. Written from docs/journal_format.md.
//
// Thread safety: pure functions.

#ifndef SKONTRO_TESTS_FUZZ_REPAIR_H_
#define SKONTRO_TESTS_FUZZ_REPAIR_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace skontro::fuzz {

// The bytes of a batch, with the checksums of its header and of every frame,
// and the chain of digests from `previous` on. What is no batch stays as it is.
std::string RepairBatch(std::string bytes, std::string_view previous);

// The bytes of a journal file with every checksum in it, those of its batches
// too, and an end block that fits if there is one.
std::string RepairJournalFile(std::string bytes);

}  // namespace skontro::fuzz

#endif  // SKONTRO_TESTS_FUZZ_REPAIR_H_
