// Journal files from strangers, as they come and with their checksums made to
// hold. What is imported can be exported and imported again, to the same head.

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "ledger/base/check.h"
#include "ledger/journal_copy.h"
#include "ledger/journal_file.h"
#include "ledger/storage/memory_store.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/hush.h"
#include "tests/fuzz/repair.h"

namespace skontro::fuzz {
namespace {

using ledger::JournalFileReader;

absl::StatusOr<ledger::JournalHead> Import(std::string_view file,
                                           ledger::Store* store) {
  std::string_view rest = file;
  JournalFileReader reader([&](char* buffer, size_t size) {
    const size_t count = std::min(size, rest.size());
    std::copy_n(rest.data(), count, buffer);
    rest.remove_prefix(count);
    return count;
  });
  const auto uid = reader.Begin();
  if (!uid.ok()) return uid.status();
  ledger::JournalCopy copy(store, ledger::Sequence{0});
  while (true) {
    const auto block = reader.Next();
    if (!block.ok()) return block.status();
    absl::Status added;
    if (const auto* batch = std::get_if<JournalFileReader::Batch>(&*block)) {
      added = copy.AddBatch(batch->bytes);
    } else if (const auto* row =
                   std::get_if<JournalFileReader::Personal>(&*block)) {
      added = copy.AddPersonal(row->key, row->value);
    } else {
      return copy.Finish();
    }
    if (!added.ok()) return added;
  }
}

void Try(std::string_view file) {
  ledger::MemoryStore store;
  const auto head = Import(file, &store);
  const auto found = ledger::ReadHead(*store.GetSnapshot());
  // A store is one only when the whole file was taken over.
  SKONTRO_CHECK(head.ok() == found.ok());
  if (head.ok()) SKONTRO_CHECK(head->digest == found->digest);
}

}  // namespace
}  // namespace skontro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  skontro::fuzz::Hush();
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  skontro::fuzz::Try(bytes);
  skontro::fuzz::Try(skontro::fuzz::RepairJournalFile(bytes));
  return 0;
}
