// A receipt is believed as it was made, and in no other form. It is made here
// with the ledger's tree and key, of which the verifier knows nothing.

#include "cli/receipt_file.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/exit_code.h"
#include "cli/failure.h"
#include "ledger/merkle_proof.h"
#include "ledger/signed_head.h"

namespace skontro::cli {
namespace {

using ledger::Digest;

// The digests of a journal and the tree over them.
class Books : public ledger::SubtreeReader {
 public:
  explicit Books(uint64_t records, const std::string& tale = "record") {
    for (uint64_t i = 0; i < records; ++i) {
      digests_.push_back(ledger::HashOf(absl::StrCat(tale, i)));
    }
  }

  absl::StatusOr<Digest> HashOf(int level, uint64_t index) override {
    if (level == 0) return ledger::LeafHash(ledger::BytesOf(digests_[index]));
    return ledger::NodeHash(*HashOf(level - 1, 2 * index),
                            *HashOf(level - 1, 2 * index + 1));
  }

  const Digest& digest(uint64_t sequence) const {
    return digests_[sequence - 1];
  }

 private:
  std::vector<Digest> digests_;
};

ledger::SigningKey KeyOf(char byte) {
  return ledger::SigningKey::FromSeed(std::string(32, byte));
}

std::string Public(const ledger::SigningKey& key) {
  return {key.public_key().begin(), key.public_key().end()};
}

verifier::Digest Theirs(const Digest& digest) {
  return verifier::DigestOf32(ledger::BytesOf(digest));
}

std::vector<verifier::Digest> Theirs(const std::vector<Digest>& digests) {
  std::vector<verifier::Digest> out;
  for (const Digest& digest : digests) out.push_back(Theirs(digest));
  return out;
}

verifier::SignedHead HeadOf(Books* books, uint64_t size,
                            const ledger::SigningKey& key) {
  ledger::TreeHead head;
  head.uid = {1, 2, 3};
  head.network_id = "res";
  head.size = size;
  head.root = ledger::RootOf(books, size).value();
  head.time_us = 1'767'225'600'000'000;
  const ledger::SignedHead signed_head = key.Sign(head);
  verifier::SignedHead out;
  out.network_id = "res";
  out.network_uid.assign(head.uid.begin(), head.uid.end());
  out.tree_size = size;
  out.root = Theirs(head.root);
  out.time_us = head.time_us;
  out.key_id = Theirs(signed_head.key_id);
  out.signature = signed_head.signature;
  return out;
}

ReceiptFile ReceiptOf(Books* books, uint64_t sequence, uint64_t size,
                      uint64_t older, const ledger::SigningKey& key) {
  ReceiptFile receipt;
  receipt.head = HeadOf(books, size, key);
  receipt.record = ReceiptFile::Record{
      sequence, Theirs(books->digest(sequence)),
      Theirs(ledger::ProveInclusion(books, sequence - 1, size).value())};
  if (older > 0) {
    receipt.older = ReceiptFile::Older{
        older, Theirs(ledger::RootOf(books, older).value()),
        Theirs(ledger::ProveConsistency(books, older, size).value())};
  }
  return receipt;
}

TEST(ReceiptFileTest, EveryReceiptOfEverySmallTreeHolds) {
  Books books(40);
  const ledger::SigningKey key = KeyOf('a');
  for (uint64_t size = 1; size <= 40; ++size) {
    for (uint64_t sequence = 1; sequence <= size; ++sequence) {
      const ReceiptFile receipt =
          ReceiptOf(&books, sequence, size, sequence, key);
      ASSERT_EQ(CheckReceipt(receipt, Public(key)), absl::OkStatus())
          << sequence << " of " << size;
    }
  }
}

TEST(ReceiptFileTest, AFileHoldsWhatWasWritten) {
  Books books(20);
  const ledger::SigningKey key = KeyOf('a');
  const ReceiptFile receipt = ReceiptOf(&books, 7, 20, 9, key);
  const std::string text = WriteReceipt(receipt);
  const absl::StatusOr<ReceiptFile> back = ParseReceipt(text);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(WriteReceipt(*back), text);
  EXPECT_EQ(CheckReceipt(*back, Public(key)), absl::OkStatus());

  ReceiptFile head;
  head.head = receipt.head;
  const absl::StatusOr<ReceiptFile> alone = ParseReceipt(WriteReceipt(head));
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_FALSE(alone->record.has_value());
  EXPECT_FALSE(alone->older.has_value());
  EXPECT_EQ(CheckReceipt(*alone, Public(key)), absl::OkStatus());
}

// Whether anybody would believe `text`.
bool IsBelieved(const std::string& text, const std::string& key) {
  const absl::StatusOr<ReceiptFile> receipt = ParseReceipt(text);
  return receipt.ok() && CheckReceipt(*receipt, key).ok();
}

TEST(ReceiptFileTest, ACharacterThatIsChangedAnywhereIsNoticed) {
  Books books(21);
  const ledger::SigningKey key = KeyOf('a');
  const std::string text = WriteReceipt(ReceiptOf(&books, 7, 21, 9, key));
  ASSERT_TRUE(IsBelieved(text, Public(key)));
  size_t changed = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ' ' || text[at] == '\n') continue;
    std::string other = text;
    other[at] = text[at] == '1' ? '2' : '1';
    ASSERT_FALSE(IsBelieved(other, Public(key)))
        << text.substr(at > 30 ? at - 30 : 0, 60);
    ++changed;
  }
  EXPECT_GT(changed, 1'000U);
}

TEST(ReceiptFileTest, AMemberThatIsMissingTwiceThereOrNotKnownIsRefused) {
  Books books(21);
  const std::string text =
      WriteReceipt(ReceiptOf(&books, 7, 21, 9, KeyOf('a')));
  size_t members = 0;
  for (const std::string member :
       {"format", "network", "network_uid", "sequence", "record_digest",
        "inclusion_proof", "tree_size", "root_hash", "sign_time_us", "key_id",
        "signature", "older_tree_size", "older_root_hash",
        "consistency_proof"}) {
    const std::string quoted = absl::StrCat("\"", member, "\"");
    ASSERT_NE(text.find(quoted), std::string::npos) << member;
    const std::string renamed =
        absl::StrReplaceAll(text, {{quoted, "\"other\""}});
    const absl::Status missing = ParseReceipt(renamed).status();
    EXPECT_EQ(ExitCodeOf(missing), ExitCode::kUsage);
    EXPECT_FALSE(missing.ok()) << member;
    const std::string twice = absl::StrReplaceAll(
        text,
        {{"\"network\":", absl::StrCat(quoted, ": \"x\", \"network\":")}});
    EXPECT_FALSE(ParseReceipt(twice).ok()) << member;
    ++members;
  }
  EXPECT_EQ(members, 14U);
  for (const char* bad : {"", "{}", "[]", "{\"format\": \"skontro\"}"}) {
    EXPECT_EQ(ExitCodeOf(ParseReceipt(bad).status()), ExitCode::kUsage) << bad;
  }
}

TEST(ReceiptFileTest, AnotherKeyIsNotBelieved) {
  Books books(21);
  const ledger::SigningKey key = KeyOf('a');
  const ledger::SigningKey other = KeyOf('b');
  ReceiptFile receipt = ReceiptOf(&books, 7, 21, 0, key);
  EXPECT_TRUE(absl::IsDataLoss(CheckReceipt(receipt, Public(other))));
  // Also if the file says that it was the other key.
  receipt.head.key_id = Theirs(other.id());
  EXPECT_TRUE(absl::IsDataLoss(CheckReceipt(receipt, Public(other))));
  EXPECT_TRUE(absl::IsDataLoss(CheckReceipt(receipt, Public(key))));
}

TEST(ReceiptFileTest, AProofThatIsLongerOrShorterIsNotBelieved) {
  Books books(21);
  const ledger::SigningKey key = KeyOf('a');
  const ReceiptFile good = ReceiptOf(&books, 7, 21, 9, key);
  const std::string public_key = Public(key);
  for (int which = 0; which < 6; ++which) {
    ReceiptFile bad = good;
    auto& proof = which % 2 == 0 ? bad.record->proof : bad.older->proof;
    if (which < 2) proof.pop_back();
    if (which >= 2 && which < 4) proof.push_back(proof.back());
    if (which >= 4) proof.clear();
    EXPECT_TRUE(absl::IsDataLoss(CheckReceipt(bad, public_key))) << which;
  }
}

TEST(ReceiptFileTest, BooksThatGoOnAreTold) {
  Books books(30);
  const ledger::SigningKey key = KeyOf('a');
  const verifier::SignedHead older = HeadOf(&books, 12, key);
  const ReceiptFile newer = ReceiptOf(&books, 20, 30, 12, key);
  EXPECT_EQ(CheckGoesOn(newer, older, Public(key)), absl::OkStatus());
  // The same head twice goes on from itself.
  ReceiptFile same;
  same.head = older;
  EXPECT_EQ(CheckGoesOn(same, older, Public(key)), absl::OkStatus());
  // An older head may be of the key before.
  const ledger::SigningKey before = KeyOf('b');
  EXPECT_EQ(CheckGoesOn(newer, HeadOf(&books, 12, before), Public(before)),
            absl::OkStatus());
}

TEST(ReceiptFileTest, BooksThatWereRewrittenAreTold) {
  Books books(30);
  Books rewritten(30, "another tale");
  const ledger::SigningKey key = KeyOf('a');
  const std::string public_key = Public(key);
  const ReceiptFile newer = ReceiptOf(&books, 20, 30, 12, key);
  const auto outcome = [&](const ReceiptFile& file,
                           const verifier::SignedHead& older) {
    return CheckGoesOn(file, older, public_key).code();
  };
  // The head that was kept is of other books.
  EXPECT_EQ(outcome(newer, HeadOf(&rewritten, 12, key)),
            absl::StatusCode::kDataLoss);
  // Two trees of one size.
  EXPECT_EQ(outcome(newer, HeadOf(&rewritten, 30, key)),
            absl::StatusCode::kDataLoss);
  // An older head that nobody signed.
  verifier::SignedHead forged = HeadOf(&books, 12, key);
  forged.time_us += 1;
  EXPECT_EQ(outcome(newer, forged), absl::StatusCode::kDataLoss);
  // Another network.
  ReceiptFile elsewhere = newer;
  elsewhere.head.network_uid[0] ^= 1;
  EXPECT_EQ(outcome(elsewhere, HeadOf(&books, 12, key)),
            absl::StatusCode::kDataLoss);
  // No proof for that head, and the wrong way round: not known.
  EXPECT_EQ(outcome(newer, HeadOf(&books, 13, key)),
            absl::StatusCode::kInvalidArgument);
  ReceiptFile older_file;
  older_file.head = HeadOf(&books, 12, key);
  EXPECT_EQ(outcome(older_file, newer.head),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace skontro::cli
