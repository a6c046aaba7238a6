#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/auth/api_key.h"
#include "server/resource_name.h"
#include "skontro/v1/event_service.grpc.pb.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

constexpr int64_t kHourSeconds = 3'600;

v1::CreateApiKeyRequest KeyRequest(const std::string& request_id,
                                   const std::string& id,
                                   const std::string& member) {
  v1::CreateApiKeyRequest request;
  request.set_parent("networks/res");
  request.set_request_id(request_id);
  request.set_api_key_id(id);
  request.mutable_api_key()->set_identity("erp-" + member);
  request.mutable_api_key()->set_role(v1::ApiKey::MEMBER_USER);
  request.mutable_api_key()->add_members("networks/res/members/" + member);
  return request;
}

v1::GetApiKeyRequest GetKey(const std::string& id) {
  v1::GetApiKeyRequest request;
  request.set_name("networks/res/apiKeys/" + id);
  return request;
}

v1::RevokeApiKeyRequest Revoke(const std::string& request_id,
                               const std::string& id) {
  v1::RevokeApiKeyRequest request;
  request.set_name("networks/res/apiKeys/" + id);
  request.set_request_id(request_id);
  return request;
}

v1::RotateApiKeyRequest Rotate(const std::string& request_id,
                               const std::string& id, const std::string& new_id,
                               int overlap_seconds) {
  v1::RotateApiKeyRequest request;
  request.set_name("networks/res/apiKeys/" + id);
  request.set_new_api_key_id(new_id);
  request.set_overlap_seconds(overlap_seconds);
  request.set_request_id(request_id);
  return request;
}

// A server that trusts nobody, with the network `res`.
class KeyCallsTest : public testing::Test {
 protected:
  KeyCallsTest() {
    scene_.MakeNetwork();
    scene_.DistrustAnybody();
    AsServer();
  }

  ~KeyCallsTest() override {
    AsServer();
    EXPECT_EQ(scene_.Verify().verdict(), v1::VerifyReport::OK);
  }

  void AsServer() { scene_.set_key(scene_.server_key()); }

  std::string Make(const v1::CreateApiKeyRequest& request) {
    AsServer();
    const auto made = scene_.Call(request);
    EXPECT_TRUE(made.status.ok()) << made.status.error_message();
    return made.response.secret();
  }

  // Whether calls with this key are answered; why not, if not.
  std::string Proves(const std::string& key) {
    scene_.set_key(key);
    v1::GetNetworkRequest request;
    request.set_name("networks/res");
    const auto reply = scene_.Call(request);
    AsServer();
    if (reply.status.ok()) return "yes";
    return reply.error().metadata["kind"];
  }

  void Pass(int64_t seconds) {
    scene_.clock().Set(scene_.clock().NowUs() + seconds * 1'000'000);
  }

  Scene scene_;
};

TEST_F(KeyCallsTest, AKeyIsShownOnceAndProvesItsHolder) {
  const auto request = KeyRequest("r-1", "k1", "imprimerie");
  const auto made = scene_.Call(request);
  ASSERT_TRUE(made.status.ok()) << made.status.error_message();
  const std::string key = made.response.secret();
  EXPECT_TRUE(key.starts_with("skontro.res.k1.")) << key;
  // 256 bits in base64 are 43 characters.
  EXPECT_EQ(key.size(), std::string("skontro.res.k1.").size() + 43);
  EXPECT_EQ(made.response.api_key().state(), v1::ApiKey::ACTIVE);
  EXPECT_EQ(Proves(key), "yes");

  const auto again = scene_.Call(request);
  ASSERT_TRUE(again.status.ok());
  EXPECT_EQ(again.response.secret(), "");
  EXPECT_EQ(again.response.outcome().digest(),
            made.response.outcome().digest());
  EXPECT_EQ(again.response.api_key().SerializeAsString(),
            made.response.api_key().SerializeAsString());
}

TEST_F(KeyCallsTest, TheServerChoosesAnIdAndARetryGetsTheSame) {
  auto request = KeyRequest("r-1", "", "imprimerie");
  const auto made = scene_.Call(request);
  ASSERT_TRUE(made.status.ok());
  EXPECT_EQ(scene_.Call(request).response.api_key().name(),
            made.response.api_key().name());
  EXPECT_EQ(Proves(made.response.secret()), "yes");
}

TEST_F(KeyCallsTest, NothingButTheKeyProvesItsHolder) {
  const std::string key = Make(KeyRequest("r-1", "k1", "imprimerie"));
  EXPECT_EQ(Proves(""), "missing");
  for (std::string wrong :
       {key.substr(0, key.size() - 1), key + "A", std::string("skontro.res.k1"),
        std::string("skontro.res.k1."), std::string("x"),
        "skontro.res.k2." + key.substr(key.size() - 43),
        "skontro.nowhere.k1." + key.substr(key.size() - 43),
        "skontro-server." + key.substr(key.size() - 43),
        std::string(3'000, 'A')}) {
    EXPECT_EQ(Proves(wrong), "unknown") << wrong;
  }
  std::string flipped = key;
  flipped.back() = flipped.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(Proves(flipped), "unknown");
}

TEST_F(KeyCallsTest, TwoCredentialsInOneCallProveNothing) {
  const std::string key = Make(KeyRequest("r-1", "k1", "imprimerie"));
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + key);
  context.AddMetadata("authorization", "Bearer " + scene_.server_key());
  v1::GetNetworkRequest request;
  request.set_name("networks/res");
  v1::GetNetworkResponse response;
  const grpc::Status status = v1::NetworkService::NewStub(scene_.channel())
                                  ->GetNetwork(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(KeyCallsTest, AKeySeesItsMemberOnly) {
  scene_.set_key(Make(KeyRequest("r-1", "k1", "imprimerie")));
  v1::ListMembersRequest list;
  list.set_parent("networks/res");
  const auto members = scene_.Call(list);
  ASSERT_EQ(members.response.members_size(), 1);
  EXPECT_EQ(members.response.members(0).name(),
            "networks/res/members/imprimerie");
  EXPECT_EQ(scene_.Call(v1::ListNetworksRequest()).response.networks_size(), 1);

  AsServer();
  ASSERT_TRUE(scene_.Call(Sale("s-1", 100)).status.ok());
  auto others =
      TradeRequest("s-2", "garage", "boulangerie", 100, v1::Trade::BUYER);
  ASSERT_TRUE(scene_.Call(others).status.ok());
  scene_.set_key(Make(KeyRequest("r-2", "k2", "garage")));
  v1::ListTradesRequest trades;
  trades.set_parent("networks/res");
  const auto listed = scene_.Call(trades);
  ASSERT_EQ(listed.response.trades_size(), 1);
  EXPECT_EQ(listed.response.trades(0).seller(), "networks/res/members/garage");
}

TEST_F(KeyCallsTest, ABrokerListsTheTradesOfTheBook) {
  auto request = KeyRequest("r-1", "k1", "imprimerie");
  request.mutable_api_key()->set_role(v1::ApiKey::BROKER);
  request.mutable_api_key()->add_members("networks/res/members/boulangerie");
  const std::string broker = Make(request);
  ASSERT_TRUE(scene_.Call(MemberRequest("m-1", "atelier")).status.ok());
  ASSERT_TRUE(scene_.Call(Sale("s-1", 100)).status.ok());
  ASSERT_TRUE(
      scene_
          .Call(TradeRequest("s-2", "garage", "atelier", 100, v1::Trade::BUYER))
          .status.ok());
  scene_.set_key(broker);
  v1::ListTradesRequest trades;
  trades.set_parent("networks/res");
  EXPECT_EQ(scene_.Call(trades).response.trades_size(), 1);
  v1::ListMembersRequest members;
  members.set_parent("networks/res");
  EXPECT_EQ(scene_.Call(members).response.members_size(), 2);
}

TEST_F(KeyCallsTest, NobodySpendsWhatIsAnothers) {
  scene_.set_key(Make(KeyRequest("r-1", "k1", "imprimerie")));
  // imprimerie sells; it is boulangerie that would pay.
  const auto theft = scene_.Call(Sale("s-1", 100));
  EXPECT_EQ(theft.error().reason, "RESOURCE_NOT_FOUND");
  const auto proposed = scene_.Call(Proposal("s-2", 100));
  ASSERT_TRUE(proposed.status.ok());
  v1::AcceptTradeRequest accept;
  accept.set_name(proposed.response.trade().name());
  accept.set_request_id("s-3");
  const auto accepted = scene_.Call(accept);
  EXPECT_EQ(accepted.status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(accepted.error().reason, "ROLE_MISSING");
  AsServer();
  EXPECT_EQ(scene_.BalanceOf("boulangerie"), 0);
}

TEST_F(KeyCallsTest, EveryItemOfABatchIsHeldToTheKey) {
  scene_.set_key(Make(KeyRequest("r-1", "k1", "imprimerie")));
  v1::BatchCreateTradesRequest batch;
  batch.set_parent("networks/res");
  batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
  *batch.add_requests() = Proposal("b-1", 100);
  *batch.add_requests() = Sale("b-2", 100);
  const auto reply = scene_.Call(batch);
  ASSERT_EQ(reply.response.results_size(), 2);
  EXPECT_TRUE(reply.response.results(0).has_response());
  EXPECT_EQ(ErrorIn(reply.response.results(1).error()).reason,
            "RESOURCE_NOT_FOUND");

  batch.set_mode(v1::BatchCreateTradesRequest::ATOMIC);
  batch.set_request_id("b-3");
  for (auto& item : *batch.mutable_requests()) item.clear_request_id();
  const auto atomic = scene_.Call(batch);
  EXPECT_EQ(atomic.error().reason, "RESOURCE_NOT_FOUND");
  EXPECT_EQ(atomic.error().metadata["item"], "1");
}

TEST_F(KeyCallsTest, ASpendingCeilingHoldsToTheMinorUnit) {
  auto request = KeyRequest("r-1", "k1", "boulangerie");
  request.mutable_api_key()->mutable_spending_ceiling()->set_minor_units(100);
  const std::string key = Make(request);
  scene_.set_key(key);
  EXPECT_TRUE(scene_.Call(Sale("s-1", 100)).status.ok());
  const auto over = scene_.Call(Sale("s-2", 101));
  EXPECT_EQ(over.error().reason, "MANDATE_EXCEEDED");
  EXPECT_EQ(over.error().metadata["missing"], "1");
  // What another proposed is spent by who accepts it.
  AsServer();
  const auto proposed = scene_.Call(Proposal("s-3", 101));
  ASSERT_TRUE(proposed.status.ok());
  scene_.set_key(key);
  v1::AcceptTradeRequest accept;
  accept.set_name(proposed.response.trade().name());
  accept.set_request_id("s-4");
  EXPECT_EQ(scene_.Call(accept).error().reason, "MANDATE_EXCEEDED");
}

TEST_F(KeyCallsTest, ABrokerSetsLinesUpToTheMandate) {
  auto request = KeyRequest("r-1", "k1", "imprimerie");
  request.mutable_api_key()->set_role(v1::ApiKey::BROKER);
  request.mutable_api_key()->mutable_credit_mandate()->set_minor_units(5'000);
  scene_.set_key(Make(request));
  EXPECT_TRUE(scene_.Call(LineRequest("l-1", "imprimerie", 5'000)).status.ok());
  EXPECT_EQ(scene_.Call(LineRequest("l-2", "imprimerie", 5'001)).error().reason,
            "MANDATE_EXCEEDED");
  EXPECT_EQ(scene_.Call(LineRequest("l-3", "garage", 1)).error().reason,
            "RESOURCE_NOT_FOUND");
}

TEST_F(KeyCallsTest, RefusalsAndPreviewsTellNothingOfOthersBooks) {
  // boulangerie has room for very little.
  auto limits = LineRequest("l-1", "imprimerie", 100'000);
  limits.mutable_credit_line()->mutable_balance_limit()->set_minor_units(5);
  ASSERT_TRUE(scene_.Call(limits).status.ok());
  scene_.set_key(Make(KeyRequest("r-1", "k1", "boulangerie")));
  const auto full = scene_.Call(Sale("s-1", 100));
  EXPECT_EQ(full.error().reason, "BALANCE_LIMIT_EXCEEDED");
  EXPECT_EQ(full.error().metadata["room"], "(hidden)");
  EXPECT_EQ(full.error().metadata["missing"], "(hidden)");
  EXPECT_EQ(full.error().metadata["amount"], "100");
  // Its own limits are told.
  const auto own = scene_.Call(Sale("s-2", 100'001));
  EXPECT_EQ(own.error().reason, "CREDIT_LINE_EXCEEDED");
  EXPECT_EQ(own.error().metadata["missing"], "1");

  AsServer();
  const auto others = scene_.Call(
      TradeRequest("s-3", "garage", "imprimerie", 3, v1::Trade::SELLER));
  ASSERT_TRUE(others.status.ok());
  scene_.set_key(Make(KeyRequest("r-2", "k2", "boulangerie")));
  v1::AcceptTradeRequest preview;
  preview.set_name(others.response.trade().name());
  preview.set_request_id("s-4");
  preview.set_validate_only(true);
  const auto previewed = scene_.Call(preview);
  ASSERT_TRUE(previewed.status.ok());
  EXPECT_EQ(previewed.response.trade().ByteSizeLong(), 0u);
  ASSERT_EQ(previewed.response.outcome().refusals_size(), 1);
}

TEST_F(KeyCallsTest, AnExpiredKeyProvesNothingFromItsTimeOn) {
  auto request = KeyRequest("r-1", "k1", "imprimerie");
  const int64_t now = scene_.clock().NowUs() / 1'000'000;
  request.mutable_api_key()->mutable_expire_time()->set_seconds(now +
                                                                kHourSeconds);
  const std::string key = Make(request);
  Pass(kHourSeconds - 1);
  EXPECT_EQ(Proves(key), "yes");
  Pass(1);
  EXPECT_EQ(Proves(key), "expired");
  EXPECT_EQ(scene_.Call(GetKey("k1")).response.api_key().state(),
            v1::ApiKey::EXPIRED);
}

TEST_F(KeyCallsTest, ARevokedKeyProvesNothingAlsoAfterARestart) {
  const std::string key = Make(KeyRequest("r-1", "k1", "imprimerie"));
  EXPECT_EQ(Proves(key), "yes");
  const auto revoked = scene_.Call(Revoke("r-2", "k1"));
  ASSERT_TRUE(revoked.status.ok());
  EXPECT_EQ(revoked.response.api_key().state(), v1::ApiKey::REVOKED);
  EXPECT_EQ(Proves(key), "revoked");
  EXPECT_EQ(scene_.Call(Revoke("r-3", "k1")).error().reason, "API_KEY_STATE");
  scene_.Restart();
  EXPECT_EQ(Proves(key), "revoked");
  EXPECT_EQ(scene_.Call(Revoke("r-2", "k1")).response.outcome().digest(),
            revoked.response.outcome().digest());
}

TEST_F(KeyCallsTest, ARotatedKeyOverlapsAndKeepsItsRetries) {
  const std::string old_key = Make(KeyRequest("r-1", "k1", "boulangerie"));
  scene_.set_key(old_key);
  const auto sold = scene_.Call(Sale("s-1", 100));
  ASSERT_TRUE(sold.status.ok());
  AsServer();
  const auto rotated = scene_.Call(Rotate("r-2", "k1", "k2", 60));
  ASSERT_TRUE(rotated.status.ok()) << rotated.status.error_message();
  const std::string new_key = rotated.response.secret();
  EXPECT_EQ(Proves(old_key), "yes");
  EXPECT_EQ(Proves(new_key), "yes");
  EXPECT_EQ(scene_.Call(GetKey("k1")).response.api_key().replaced_by(),
            "networks/res/apiKeys/k2");
  scene_.set_key(new_key);
  const auto again = scene_.Call(Sale("s-1", 100));
  EXPECT_EQ(again.response.outcome().digest(),
            sold.response.outcome().digest());
  AsServer();
  EXPECT_EQ(scene_.BalanceOf("imprimerie"), 100);
  Pass(61);
  EXPECT_EQ(Proves(old_key), "expired");
  EXPECT_EQ(Proves(new_key), "yes");
  EXPECT_EQ(scene_.Call(Rotate("r-3", "k1", "k3", 0)).error().reason,
            "API_KEY_STATE");
  scene_.Restart();
  EXPECT_EQ(Proves(old_key), "expired");
  EXPECT_EQ(Proves(new_key), "yes");
}

TEST_F(KeyCallsTest, AWatchShowsWhatTheKeySeesAndEndsWithTheKey) {
  const std::string key = Make(KeyRequest("r-1", "k1", "imprimerie"));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  context.AddMetadata("authorization", "Bearer " + key);
  v1::WatchEventsRequest request;
  request.set_parent("networks/res");
  request.set_from_sequence(1);
  const auto stub = v1::EventService::NewStub(scene_.channel());
  const auto reader = stub->WatchEvents(&context, request);
  v1::WatchEventsResponse response;
  std::vector<v1::Event> events;
  const auto read = [&] {
    if (!reader->Read(&response)) return false;
    events.insert(events.end(), response.events().begin(),
                  response.events().end());
    return true;
  };
  ASSERT_TRUE(read());  // All so far: its own admission.
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type(), v1::Event::MEMBER_CREATED);

  ASSERT_TRUE(scene_
                  .Call(TradeRequest("s-1", "garage", "boulangerie", 7,
                                     v1::Trade::BUYER))
                  .status.ok());
  ASSERT_TRUE(scene_.Call(Sale("s-2", 100)).status.ok());
  while (events.size() < 2 && read()) {
  }
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].type(), v1::Event::TRADE_SETTLED);
  ASSERT_EQ(events[1].balances_size(), 1);
  EXPECT_EQ(events[1].balances(0).account(), AccountName("res", "imprimerie"));

  ASSERT_TRUE(scene_.Call(Revoke("r-2", "k1")).status.ok());
  ASSERT_TRUE(scene_.Call(Sale("s-3", 100)).status.ok());
  while (read()) {
  }
  EXPECT_EQ(events.size(), 2u);
  const grpc::Status end = reader->Finish();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ErrorIn(end).metadata["kind"], "revoked");
}

TEST_F(KeyCallsTest, AnIdentityIsOfOneClient) {
  Make(KeyRequest("r-1", "k1", "imprimerie"));
  auto other = KeyRequest("r-2", "k2", "garage");
  other.mutable_api_key()->set_identity("erp-imprimerie");
  EXPECT_EQ(scene_.Call(other).error().reason, "RESOURCE_EXISTS");
  other = KeyRequest("r-3", "k1", "garage");
  EXPECT_EQ(scene_.Call(other).error().reason, "RESOURCE_EXISTS");
}

TEST_F(KeyCallsTest, TheFormOfAKeyIsHeldToItsRole) {
  const auto fields = [&](v1::CreateApiKeyRequest request) {
    return scene_.Call(request).error().fields;
  };
  using Fields = std::vector<std::string>;
  auto request = KeyRequest("r-1", "k1", "imprimerie");
  request.mutable_api_key()->add_members("networks/res/members/garage");
  EXPECT_EQ(fields(request), Fields{"api_key.members"});
  request.mutable_api_key()->set_role(v1::ApiKey::AUDITOR);
  EXPECT_EQ(fields(request), Fields{"api_key.members"});
  request.mutable_api_key()->clear_members();
  request.mutable_api_key()->mutable_credit_mandate()->set_minor_units(1);
  EXPECT_EQ(fields(request), Fields{"api_key.credit_mandate.minor_units"});
  request = KeyRequest("r-1", "k1", "imprimerie");
  request.mutable_api_key()->clear_role();
  EXPECT_EQ(fields(request), Fields{"api_key.role"});
  request = KeyRequest("r-1", "k1", "imprimerie");
  request.mutable_api_key()->set_identity("local");
  EXPECT_EQ(fields(request), Fields{"api_key.identity"});
  request = KeyRequest("r-1", "k1", "imprimerie");
  request.mutable_api_key()->mutable_expire_time()->set_seconds(1);
  EXPECT_EQ(fields(request), Fields{"api_key.expire_time"});
  request = KeyRequest("r-1", "k1", "imprimerie");
  request.mutable_api_key()->set_certificate_sha256("short");
  EXPECT_EQ(fields(request), Fields{"api_key.certificate_sha256"});
}

TEST_F(KeyCallsTest, KeysAreListedByIdOverPages) {
  for (const std::string id : {"c", "a", "a-b", "b"}) {
    auto request = KeyRequest("r-" + id, id, "imprimerie");
    Make(request);
  }
  std::vector<std::string> names;
  v1::ListApiKeysRequest list;
  list.set_parent("networks/res");
  list.set_page_size(1);
  do {
    const auto page = scene_.Call(list);
    ASSERT_TRUE(page.status.ok()) << page.status.error_message();
    for (const auto& key : page.response.api_keys()) {
      names.push_back(key.name());
    }
    list.set_page_token(page.response.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(names, (std::vector<std::string>{
                       "networks/res/apiKeys/a", "networks/res/apiKeys/a-b",
                       "networks/res/apiKeys/b", "networks/res/apiKeys/c"}));
}

TEST_F(KeyCallsTest, TheLastUseOfAKeyIsSeen) {
  const std::string key = Make(KeyRequest("r-1", "k1", "imprimerie"));
  EXPECT_FALSE(
      scene_.Call(GetKey("k1")).response.api_key().has_last_use_time());
  Pass(5);
  EXPECT_EQ(Proves(key), "yes");
  const auto got = scene_.Call(GetKey("k1"));
  EXPECT_EQ(got.response.api_key().last_use_time().seconds(),
            scene_.clock().NowUs() / 1'000'000);
}

TEST_F(KeyCallsTest, TheLastUseOfAKeyOutlivesTheServer) {
  const std::string key = Make(KeyRequest("r-1", "k1", "imprimerie"));
  Make(KeyRequest("r-2", "unused", "garage"));
  EXPECT_EQ(Proves(key), "yes");
  const int64_t used_s = scene_.clock().NowUs() / 1'000'000;
  Pass(3'600);
  const auto last_use = [&](const std::string& id) {
    return scene_.Call(GetKey(id)).response.api_key().last_use_time().seconds();
  };
  scene_.Restart();
  EXPECT_EQ(last_use("k1"), used_s);
  EXPECT_EQ(last_use("unused"), 0);
  // Nothing was used in between, and nothing is forgotten by that.
  scene_.Restart();
  EXPECT_EQ(last_use("k1"), used_s);
  // A file that says nonsense is no reason not to start.
  const std::string path = scene_.directory() + "/networks/res/last_uses";
  ASSERT_TRUE(std::filesystem::exists(path));
  scene_.server().Stop(absl::Seconds(5));
  std::ofstream(path) << "k1\n\n k1 5\nk1 -5\nk1 9x\nunused 1000000\n"
                      << std::string(500, 'k') << " 7\nnobody 1000000\n";
  scene_.Restart();
  EXPECT_EQ(last_use("k1"), 0);
  EXPECT_EQ(last_use("unused"), 1);
}

// Whatever the server wrote, in files and rows, the text of no key is in it.
TEST_F(KeyCallsTest, NoFileOfTheServerHoldsAKey) {
  const std::string key = Make(KeyRequest("r-1", "k1", "imprimerie"));
  EXPECT_EQ(Proves(key), "yes");
  scene_.Restart();
  const std::string secret = key.substr(key.size() - 43);
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(scene_.directory())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    EXPECT_EQ(bytes.str().find(secret), std::string::npos) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 5u);
}

TEST(ApiKeyTest, KeysAreRandomAndTheirDigestsAreKeyed) {
  std::set<std::string> keys;
  for (int i = 0; i < 100; ++i) {
    const std::string key = NewApiKey("res", "k1");
    EXPECT_TRUE(ParseApiKey(key).has_value());
    EXPECT_TRUE(keys.insert(key).second);
  }
  const std::string secret(32, 's');
  // RFC 4231 has no case with a key of 32 bytes; OpenSSL made this one.
  EXPECT_EQ(ledger::ToHex(ApiKeyDigest(secret, "abc")),
            "b0f19dfebace1e78fbc25c136d025ab50634e473442fd33f05f37024d9b3b087");
  EXPECT_FALSE(SameDigest(ApiKeyDigest(secret, "abc"),
                          ApiKeyDigest(std::string(32, 't'), "abc")));
  EXPECT_TRUE(
      SameDigest(ApiKeyDigest(secret, "abc"), ApiKeyDigest(secret, "abc")));
}

}  // namespace
}  // namespace skontro::server
