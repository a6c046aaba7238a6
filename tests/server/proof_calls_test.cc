// Heads, proofs and keys over gRPC. What the server says is checked with the
// verifier's code, which shares none with the server's.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/verifier/receipt.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

namespace fs = std::filesystem;

verifier::SignedHead HeadOf(const v1::TreeHead& wire) {
  verifier::SignedHead head;
  EXPECT_EQ(wire.network().rfind("networks/", 0), 0U);
  head.network_id = wire.network().substr(9);
  head.network_uid = wire.network_uid();
  head.tree_size = static_cast<uint64_t>(wire.tree_size());
  head.root = verifier::DigestOf32(wire.root_hash());
  head.time_us =
      wire.sign_time().seconds() * 1'000'000 + wire.sign_time().nanos() / 1'000;
  head.key_id = verifier::DigestOf32(wire.key_id());
  head.signature = wire.signature();
  return head;
}

std::vector<verifier::Digest> HashesOf(
    const google::protobuf::RepeatedPtrField<std::string>& wire) {
  std::vector<verifier::Digest> hashes;
  for (const std::string& hash : wire) {
    EXPECT_EQ(hash.size(), 32U);
    hashes.push_back(verifier::DigestOf32(hash));
  }
  return hashes;
}

class ProofCallsTest : public testing::Test {
 protected:
  ProofCallsTest() { scene_.MakeNetwork(); }

  void Trade(int count) {
    for (int i = 0; i < count; ++i) {
      const auto reply = scene_.Call(Sale(absl::StrCat("sale-", ++sales_), 1));
      ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
      digests_[reply.response.outcome().sequence()] =
          reply.response.outcome().digest();
    }
  }

  Reply<v1::GetHeadResponse> GetHead(int64_t min_sequence = 0) {
    v1::GetHeadRequest request;
    request.set_name("networks/res");
    request.set_min_sequence(min_sequence);
    return scene_.Call(request);
  }
  v1::TreeHead Head(int64_t min_sequence = 0) {
    const auto reply = GetHead(min_sequence);
    EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
    return reply.response.head();
  }
  Reply<v1::ProveInclusionResponse> Include(int64_t sequence,
                                            int64_t tree_size = 0) {
    v1::ProveInclusionRequest request;
    request.set_name("networks/res");
    request.set_record_sequence(sequence);
    request.set_tree_size(tree_size);
    return scene_.Call(request);
  }
  Reply<v1::ProveConsistencyResponse> Consist(int64_t first,
                                              int64_t second = 0) {
    v1::ProveConsistencyRequest request;
    request.set_name("networks/res");
    request.set_first_tree_size(first);
    request.set_second_tree_size(second);
    return scene_.Call(request);
  }
  std::vector<v1::HeadKey> Keys() {
    v1::ListHeadKeysRequest request;
    request.set_parent("networks/res");
    const auto reply = scene_.Call(request);
    EXPECT_TRUE(reply.status.ok()) << reply.status.error_message();
    return {reply.response.keys().begin(), reply.response.keys().end()};
  }
  Reply<v1::RotateHeadKeyResponse> Rotate(const std::string& request_id,
                                          bool validate_only = false) {
    v1::RotateHeadKeyRequest request;
    request.set_name("networks/res");
    request.set_request_id(request_id);
    request.set_validate_only(validate_only);
    return scene_.Call(request);
  }

  std::string KeysDirectory() const {
    return scene_.directory() + "/networks/res/keys";
  }
  std::string KeyFile(const v1::HeadKey& key) const {
    return KeysDirectory() + "/" + absl::BytesToHexString(key.key_id()) +
           ".pem";
  }
  size_t KeyFiles() const {
    size_t count = 0;
    for ([[maybe_unused]] const auto& file :
         fs::directory_iterator(KeysDirectory())) {
      ++count;
    }
    return count;
  }

  Scene scene_;
  int sales_ = 0;
  std::map<int64_t, std::string> digests_;  // As answers had them.
};

TEST_F(ProofCallsTest, AHeadIsSignedWithTheKeyOfTheJournal) {
  Trade(3);
  const v1::TreeHead head = Head(7);
  EXPECT_EQ(head.network(), "networks/res");
  EXPECT_EQ(head.tree_size(), 7);
  const std::vector<v1::HeadKey> keys = Keys();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].sequence(), 1);
  EXPECT_EQ(keys[0].key_id(), head.key_id());
  EXPECT_EQ(verifier::KeyIdOf(keys[0].public_key()).view(), keys[0].key_id());
  EXPECT_EQ(verifier::CheckHead(HeadOf(head), keys[0].public_key()),
            absl::OkStatus());
}

TEST_F(ProofCallsTest, AHeadIsGivenOutAgainForASecond) {
  const v1::TreeHead first = Head();
  Trade(1);
  EXPECT_EQ(Head().SerializeAsString(), first.SerializeAsString());
  // Who asks for a sequence gets it.
  const v1::TreeHead second = Head(first.tree_size() + 1);
  EXPECT_EQ(second.tree_size(), first.tree_size() + 1);
  EXPECT_EQ(Head().SerializeAsString(), second.SerializeAsString());
  Trade(1);
  scene_.clock().Advance(1'000'000);
  EXPECT_EQ(Head().tree_size(), first.tree_size() + 2);
}

TEST_F(ProofCallsTest, EveryAnswerIsProvedToBeInTheBooks) {
  Trade(70);
  const std::string key = Keys()[0].public_key();
  for (const auto& [sequence, digest] : digests_) {
    const auto reply = Include(sequence);
    ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
    const v1::ProveInclusionResponse& proof = reply.response;
    EXPECT_EQ(proof.record_digest(), digest);
    EXPECT_EQ(proof.tree_size(), proof.head().tree_size());
    EXPECT_EQ(proof.root_hash(), proof.head().root_hash());
    const verifier::SignedHead head = HeadOf(proof.head());
    EXPECT_EQ(verifier::CheckHead(head, key), absl::OkStatus());
    EXPECT_EQ(verifier::CheckInclusion(static_cast<uint64_t>(sequence),
                                       verifier::DigestOf32(digest),
                                       HashesOf(proof.hashes()), head),
              absl::OkStatus())
        << sequence;
  }
}

TEST_F(ProofCallsTest, AProofForAHeadThatTheCallerKeeps) {
  Trade(40);
  const v1::TreeHead kept = Head(44);
  ASSERT_EQ(kept.tree_size(), 44);
  Trade(30);
  scene_.clock().Advance(1'000'000);
  for (const int64_t sequence : {1, 5, 31, 32, 33, 44}) {
    const auto reply = Include(sequence, 44);
    ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
    EXPECT_FALSE(reply.response.has_head());
    EXPECT_EQ(reply.response.tree_size(), 44);
    EXPECT_EQ(reply.response.root_hash(), kept.root_hash());
    EXPECT_EQ(verifier::CheckInclusion(
                  static_cast<uint64_t>(sequence),
                  verifier::DigestOf32(reply.response.record_digest()),
                  HashesOf(reply.response.hashes()), HeadOf(kept)),
              absl::OkStatus())
        << sequence;
  }
}

TEST_F(ProofCallsTest, BooksGoOnFromEveryOlderHeadAlsoAfterARestart) {
  const v1::TreeHead older = Head();
  Trade(40);
  const v1::TreeHead newer = Head(44);
  Trade(20);
  scene_.Restart();
  scene_.clock().Advance(1'000'000);
  const std::string key = Keys()[0].public_key();
  const auto reply = Consist(older.tree_size());
  ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
  EXPECT_EQ(reply.response.second_tree_size(), 64);
  EXPECT_EQ(reply.response.first_root_hash(), older.root_hash());
  EXPECT_EQ(verifier::CheckHead(HeadOf(reply.response.head()), key),
            absl::OkStatus());
  EXPECT_EQ(verifier::CheckConsistency(static_cast<uint64_t>(older.tree_size()),
                                       verifier::DigestOf32(older.root_hash()),
                                       HashesOf(reply.response.hashes()),
                                       HeadOf(reply.response.head())),
            absl::OkStatus());
  const auto between = Consist(older.tree_size(), newer.tree_size());
  ASSERT_TRUE(between.status.ok());
  EXPECT_FALSE(between.response.has_head());
  EXPECT_EQ(verifier::CheckConsistency(static_cast<uint64_t>(older.tree_size()),
                                       verifier::DigestOf32(older.root_hash()),
                                       HashesOf(between.response.hashes()),
                                       HeadOf(newer)),
            absl::OkStatus());
  EXPECT_EQ(Consist(44, 44).response.hashes_size(), 0);
}

TEST_F(ProofCallsTest, WhatIsOutOfBoundsIsRefused) {
  struct Case {
    grpc::Status status;
    std::string reason;
    std::string field;
  };
  scene_.set_deadline(absl::Seconds(2));
  const Case kCases[] = {
      {Include(0).status, "FIELD_INVALID", "record_sequence"},
      {Include(-1).status, "FIELD_INVALID", "record_sequence"},
      {Include(3, 2).status, "FIELD_INVALID", "record_sequence"},
      {Include(3, -2).status, "FIELD_INVALID", "tree_size"},
      {Include(5).status, "SEQUENCE_NOT_REACHED", ""},
      {Include(2, 5).status, "SEQUENCE_NOT_REACHED", ""},
      {Include(INT64_MAX).status, "SEQUENCE_NOT_REACHED", ""},
      {Consist(0).status, "FIELD_INVALID", "first_tree_size"},
      {Consist(3, 2).status, "FIELD_INVALID", "first_tree_size"},
      {Consist(2, -1).status, "FIELD_INVALID", "second_tree_size"},
      {Consist(5).status, "SEQUENCE_NOT_REACHED", ""},
      {Consist(2, 5).status, "SEQUENCE_NOT_REACHED", ""},
      {GetHead(-1).status, "FIELD_INVALID", "min_sequence"},
      {GetHead(5).status, "SEQUENCE_NOT_REACHED", ""},
      {Rotate("").status, "FIELD_INVALID", "request_id"},
  };
  for (const Case& c : kCases) {
    const Error error = ErrorIn(c.status);
    EXPECT_EQ(error.reason, c.reason) << c.status.error_message();
    if (!c.field.empty()) {
      EXPECT_EQ(error.fields, std::vector<std::string>{c.field});
    }
  }
  scene_.set_deadline(absl::Seconds(50));
  v1::GetHeadRequest elsewhere;
  elsewhere.set_name("networks/none");
  EXPECT_EQ(scene_.Call(elsewhere).error().reason, "RESOURCE_NOT_FOUND");
  EXPECT_TRUE(Include(4).status.ok());
  EXPECT_TRUE(Consist(4).status.ok());
}

TEST_F(ProofCallsTest, AReadWaitsForTheRecordThatItIsAbout) {
  std::thread later([this] {
    absl::SleepFor(absl::Milliseconds(100));
    Trade(1);
  });
  const auto reply = Include(5);
  later.join();
  ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
  EXPECT_EQ(reply.response.record_digest(), digests_.at(5));
}

TEST_F(ProofCallsTest, OnlyTheServersUserMayReadAKey) {
  struct stat found = {};
  ASSERT_EQ(stat(KeysDirectory().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700U);
  ASSERT_EQ(stat(KeyFile(Keys()[0]).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  EXPECT_EQ(KeyFiles(), 1U);
}

TEST_F(ProofCallsTest, ANewKeySignsFromNowOnAndTheOldOneStaysKnown) {
  const v1::TreeHead before = Head();
  const v1::HeadKey old_key = Keys()[0];
  const auto rotated = Rotate("rotate-1");
  ASSERT_TRUE(rotated.status.ok()) << rotated.status.error_message();
  const v1::HeadKey& new_key = rotated.response.key();
  EXPECT_EQ(new_key.sequence(), 5);
  EXPECT_EQ(rotated.response.outcome().sequence(), 5);
  EXPECT_EQ(rotated.response.outcome().digest().size(), 32U);
  const std::vector<v1::HeadKey> keys = Keys();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].SerializeAsString(), new_key.SerializeAsString());
  EXPECT_EQ(keys[1].SerializeAsString(), old_key.SerializeAsString());

  for (int i = 0; i < 2; ++i) {
    const v1::TreeHead after = Head(5);
    EXPECT_EQ(after.key_id(), new_key.key_id());
    EXPECT_EQ(verifier::CheckHead(HeadOf(after), new_key.public_key()),
              absl::OkStatus());
    EXPECT_FALSE(verifier::CheckHead(HeadOf(after), old_key.public_key()).ok());
    EXPECT_EQ(verifier::CheckHead(HeadOf(before), old_key.public_key()),
              absl::OkStatus());
    EXPECT_EQ(KeyFiles(), 1U);
    EXPECT_TRUE(fs::exists(KeyFile(new_key)));
    scene_.Restart();
  }
}

TEST_F(ProofCallsTest, TheSameRotationAgainGivesTheSameKey) {
  const auto first = Rotate("rotate-1");
  ASSERT_TRUE(first.status.ok());
  const auto second = Rotate("rotate-2");
  ASSERT_TRUE(second.status.ok());
  EXPECT_NE(first.response.key().key_id(), second.response.key().key_id());
  const auto again = Rotate("rotate-1");
  ASSERT_TRUE(again.status.ok()) << again.status.error_message();
  EXPECT_EQ(again.response.SerializeAsString(),
            first.response.SerializeAsString());
  EXPECT_EQ(Keys().size(), 3U);
  EXPECT_EQ(KeyFiles(), 1U);
  EXPECT_TRUE(fs::exists(KeyFile(second.response.key())));
}

TEST_F(ProofCallsTest, APreviewOfARotationChangesNothing) {
  const auto preview = Rotate("rotate-1", /*validate_only=*/true);
  ASSERT_TRUE(preview.status.ok()) << preview.status.error_message();
  EXPECT_FALSE(preview.response.has_key());
  EXPECT_EQ(preview.response.outcome().refusals_size(), 0);
  EXPECT_EQ(preview.response.outcome().sequence(), 4);
  EXPECT_EQ(Keys().size(), 1U);
  EXPECT_EQ(KeyFiles(), 1U);
}

TEST_F(ProofCallsTest, AnIdThatWasUsedForATradeIsNotOfARotation) {
  Trade(1);
  EXPECT_EQ(Rotate("sale-1").error().reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(KeyFiles(), 1U);
}

TEST_F(ProofCallsTest, KeysAreListedInPages) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(Rotate(absl::StrCat("rotate-", i)).status.ok());
  }
  v1::ListHeadKeysRequest request;
  request.set_parent("networks/res");
  request.set_page_size(2);
  std::vector<int64_t> sequences;
  for (int page = 0; page < 5; ++page) {
    const auto reply = scene_.Call(request);
    ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
    for (const v1::HeadKey& key : reply.response.keys()) {
      sequences.push_back(key.sequence());
    }
    request.set_page_token(reply.response.next_page_token());
    if (request.page_token().empty()) break;
  }
  EXPECT_EQ(sequences, (std::vector<int64_t>{8, 7, 6, 5, 1}));
}

TEST_F(ProofCallsTest, WithoutItsKeyTheServerTradesAndSaysWhatToDo) {
  const v1::HeadKey key = Keys()[0];
  const std::string aside = scene_.directory() + "/aside.pem";
  fs::rename(KeyFile(key), aside);
  scene_.Restart();
  const auto head = GetHead();
  EXPECT_EQ(head.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(head.error().reason, "HEAD_KEY_MISSING");
  EXPECT_EQ(head.error().metadata.at("network"), "networks/res");
  EXPECT_EQ(head.error().metadata.at("key_id"),
            absl::BytesToHexString(key.key_id()));
  EXPECT_NE(head.status.error_message().find("skontro head rotate-key"),
            std::string::npos);
  EXPECT_EQ(Include(1).error().reason, "HEAD_KEY_MISSING");
  // Nobody has to sign what the caller has the head of.
  EXPECT_TRUE(Include(1, 4).status.ok());
  EXPECT_TRUE(Consist(2, 4).status.ok());
  Trade(1);

  // Another file in its place is not taken for it.
  std::ofstream(KeyFile(key)) << "-----BEGIN PRIVATE KEY-----\n";
  EXPECT_EQ(GetHead().error().reason, "HEAD_KEY_MISSING");
  // Put back, it is found without a restart.
  fs::rename(aside, KeyFile(key));
  EXPECT_EQ(verifier::CheckHead(HeadOf(Head()), key.public_key()),
            absl::OkStatus());
}

TEST_F(ProofCallsTest, ALostKeyIsReplaced) {
  fs::remove(KeyFile(Keys()[0]));
  scene_.Restart();
  ASSERT_EQ(GetHead().error().reason, "HEAD_KEY_MISSING");
  const auto rotated = Rotate("rotate-1");
  ASSERT_TRUE(rotated.status.ok()) << rotated.status.error_message();
  EXPECT_EQ(
      verifier::CheckHead(HeadOf(Head()), rotated.response.key().public_key()),
      absl::OkStatus());
  // Who kept no head from before has the key of before from the journal.
  EXPECT_EQ(Keys().size(), 2U);
}

TEST_F(ProofCallsTest, TheBooksVerifyWithKeysAndTree) {
  Trade(60);
  ASSERT_TRUE(Rotate("rotate-1").status.ok());
  const v1::VerifyReport report = scene_.Verify();
  EXPECT_EQ(report.verdict(), v1::VerifyReport::OK) << report.DebugString();
}

}  // namespace
}  // namespace skontro::server
