// Writes the rows of a scene into a RocksDB directory, as
// docs/journal_format.md says that a server does.

#ifndef SKONTRO_TESTS_CLI_VERIFIER_STORE_WRITER_H_
#define SKONTRO_TESTS_CLI_VERIFIER_STORE_WRITER_H_

#include <rocksdb/db.h>

#include <map>
#include <memory>
#include <string>

#include "tests/cli/verifier/memory_source.h"

namespace skontro::verifier {

class StoreWriter {
 public:
  // Creates the store, or opens it. Aborts if RocksDB does not want to.
  explicit StoreWriter(const std::string& directory);

  // Flushes what has no log, and closes.
  ~StoreWriter();

  // Makes the store what `store` is: first journal and personal rows, synced;
  // then the other families in one batch without a log.
  void Write(const Store& store);

  // Moves what is in memory to files.
  void Flush();

  // Rewrites all files, so that the old ones are deleted.
  void Compact();

 private:
  void WriteFamilies(const Store& store, bool logged);

  std::unique_ptr<rocksdb::DB> db_;
  std::map<std::string, rocksdb::ColumnFamilyHandle*> families_;
  Store written_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_TESTS_CLI_VERIFIER_STORE_WRITER_H_
