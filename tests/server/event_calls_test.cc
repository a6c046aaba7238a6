// Watching events over gRPC: in order, from anywhere, at least once, filtered,
// and without harm to others.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "skontro/v1/event_service.grpc.pb.h"
#include "tests/server/scene.h"

namespace skontro::server {
namespace {

using v1::Event;
using v1::WatchEventsRequest;
using v1::WatchEventsResponse;

WatchEventsRequest From(int64_t sequence) {
  WatchEventsRequest request;
  request.set_parent("networks/res");
  request.set_from_sequence(sequence);
  return request;
}

// One call that watches.
class Watcher {
 public:
  Watcher(const std::shared_ptr<grpc::Channel>& channel,
          const WatchEventsRequest& request)
      : stub_(v1::EventService::NewStub(channel)),
        reader_(stub_->WatchEvents(&context_, request)) {}
  ~Watcher() { context_.TryCancel(); }

  // The next response; an empty one where the call has ended.
  WatchEventsResponse Next() {
    WatchEventsResponse response;
    if (!reader_->Read(&response)) return {};
    return response;
  }

  // Reads until `count` events have come.
  std::vector<Event> Take(size_t count) {
    std::vector<Event> events;
    WatchEventsResponse response;
    while (events.size() < count && reader_->Read(&response)) {
      events.insert(events.end(), response.events().begin(),
                    response.events().end());
      sequence_ = response.sequence();
    }
    return events;
  }

  int64_t sequence() const { return sequence_; }
  grpc::Status End() { return reader_->Finish(); }
  void Cancel() { context_.TryCancel(); }

 private:
  const std::unique_ptr<v1::EventService::Stub> stub_;
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReader<WatchEventsResponse>> reader_;
  int64_t sequence_ = 0;
};

std::vector<int64_t> SequencesOf(const std::vector<Event>& events) {
  std::vector<int64_t> sequences;
  for (const Event& event : events) sequences.push_back(event.sequence());
  return sequences;
}

// Network `res`, a member more, and one trade of each fate: sequences 1 to 4
// are the network and its members.
void MakeHistory(Scene* scene) {
  scene->MakeNetwork();
  EXPECT_TRUE(scene->Call(LineRequest("5", "garage", 70'000)).status.ok());
  EXPECT_TRUE(scene->Call(Sale("6", 1'000)).status.ok());
  v1::CreateTradeRequest proposal = Proposal("7", 200);
  proposal.set_trade_id("asked");
  EXPECT_TRUE(scene->Call(proposal).status.ok());
  EXPECT_TRUE(scene
                  ->Call(Text<v1::AcceptTradeRequest>(
                      "name: 'networks/res/trades/asked' request_id: '8'"))
                  .status.ok());
  v1::CreateTradeRequest other = Proposal("9", 300);
  other.set_trade_id("unwanted");
  EXPECT_TRUE(scene->Call(other).status.ok());
  EXPECT_TRUE(scene
                  ->Call(Text<v1::DeclineTradeRequest>(
                      "name: 'networks/res/trades/unwanted' request_id: '10'"))
                  .status.ok());
  // Refused, which is in the journal and nobody's event.
  EXPECT_FALSE(scene->Call(Sale("11", 10'000'000)).status.ok());
  EXPECT_TRUE(scene
                  ->Call(Text<v1::ReverseTradeRequest>(
                      "name: 'networks/res/trades/asked' request_id: '12'"))
                  .status.ok());
}

TEST(EventCallsTest, TheBooksAreToldFromTheBeginningInOrder) {
  Scene scene;
  MakeHistory(&scene);
  Watcher watcher(scene.channel(), From(1));
  const std::vector<Event> events = watcher.Take(11);
  std::vector<Event::Type> types;
  for (const Event& event : events) types.push_back(event.type());
  EXPECT_EQ(types, (std::vector<Event::Type>{
                       Event::NETWORK_CREATED, Event::MEMBER_CREATED,
                       Event::MEMBER_CREATED, Event::MEMBER_CREATED,
                       Event::CREDIT_LINE_CHANGED, Event::TRADE_SETTLED,
                       Event::TRADE_PROPOSED, Event::TRADE_SETTLED,
                       Event::TRADE_PROPOSED, Event::TRADE_DECLINED,
                       Event::TRADE_REVERSED}));
  EXPECT_EQ(SequencesOf(events),
            (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12}))
      << "the refusal has a sequence and is nobody's affair";
  EXPECT_EQ(watcher.sequence(), 12);
}

TEST(EventCallsTest, AnEventSaysWhatItLeftBehind) {
  Scene scene;
  MakeHistory(&scene);
  const std::vector<Event> events = Watcher(scene.channel(), From(1)).Take(11);
  ASSERT_EQ(events.size(), 11U);
  EXPECT_EQ(events[1].member().name(), "networks/res/members/imprimerie");

  EXPECT_EQ(events[4].account(), "networks/res/members/garage/accounts/main");
  EXPECT_EQ(events[4].credit_line_change().new_credit_line().minor_units(),
            70'000);

  const Event& accepted = events[7];
  EXPECT_EQ(accepted.trade().name(), "networks/res/trades/asked");
  EXPECT_EQ(accepted.trade().state(), v1::Trade::SETTLED)
      << "as it was then, though it is reversed now";
  ASSERT_EQ(accepted.balances_size(), 2);
  for (const v1::BalanceAfter& balance : accepted.balances()) {
    const bool buyer =
        balance.account() == "networks/res/members/boulangerie/accounts/main";
    EXPECT_EQ(balance.amount_minor_units(), buyer ? -200 : 200);
    EXPECT_EQ(balance.balance_minor_units(), buyer ? -1'200 : 1'200);
  }
  EXPECT_EQ(events[6].balances_size(), 0) << "a proposal moves nothing";
  EXPECT_EQ(events[10].trade().state(), v1::Trade::REVERSED);
  EXPECT_EQ(events[10].balances_size(), 2);

  // The digest is the one that the client was answered with.
  const auto again = scene.Call(Sale("6", 1'000));
  EXPECT_EQ(events[5].digest(), again.response.outcome().digest());
  EXPECT_EQ(events[5].sequence(), again.response.outcome().sequence());
}

TEST(EventCallsTest, WhatHappensNextComesWhenItHappens) {
  Scene scene;
  scene.MakeNetwork();
  Watcher watcher(scene.channel(), From(0));
  const WatchEventsResponse first = watcher.Next();
  EXPECT_EQ(first.events_size(), 0) << "nothing of the past";
  EXPECT_EQ(first.sequence(), 4);
  for (int64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(scene.Call(Sale(absl::StrCat(i), i)).status.ok());
    const std::vector<Event> events = watcher.Take(1);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].sequence(), 4 + i);
    EXPECT_EQ(events[0].trade().unit_leg().minor_units(), i);
  }
}

TEST(EventCallsTest, NothingIsLostOverARestart) {
  Scene scene;
  MakeHistory(&scene);
  const std::vector<Event> all = Watcher(scene.channel(), From(1)).Take(11);
  int64_t next = 0;
  {
    Watcher watcher(scene.channel(), From(1));
    watcher.Next();
    ASSERT_TRUE(scene.Call(Sale("13", 5)).status.ok());
    next = 13;
  }
  scene.Restart();
  ASSERT_TRUE(scene.Call(Sale("14", 6)).status.ok());
  Watcher resumed(scene.channel(), From(next));
  EXPECT_EQ(SequencesOf(resumed.Take(2)), (std::vector<int64_t>{13, 14}));

  const std::vector<Event> again = Watcher(scene.channel(), From(1)).Take(11);
  ASSERT_EQ(again.size(), 11U + 2U);
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(again[i].SerializeAsString(), all[i].SerializeAsString()) << i;
  }
}

TEST(EventCallsTest, FiltersPassOverWhatIsNotAskedFor) {
  Scene scene;
  MakeHistory(&scene);
  WatchEventsRequest of_garage = From(1);
  of_garage.set_member("networks/res/members/garage");
  Watcher garage(scene.channel(), of_garage);
  EXPECT_EQ(SequencesOf(garage.Take(2)), (std::vector<int64_t>{4, 5}));
  EXPECT_EQ(garage.sequence(), 12) << "the rest is not for it";

  WatchEventsRequest settled = From(1);
  settled.add_types(Event::TRADE_SETTLED);
  settled.add_types(Event::TRADE_REVERSED);
  settled.set_member("networks/res/members/boulangerie");
  EXPECT_EQ(SequencesOf(Watcher(scene.channel(), settled).Take(3)),
            (std::vector<int64_t>{6, 8, 12}));
}

TEST(EventCallsTest, WhatIsWrongWithACallIsSaid) {
  Scene scene;
  scene.MakeNetwork();
  const auto end = [&](const WatchEventsRequest& request) {
    Watcher watcher(scene.channel(), request);
    watcher.Next();
    return ErrorIn(watcher.End());
  };
  EXPECT_EQ(end(From(6)).reason, "SEQUENCE_NOT_REACHED")
      << "these are not the books that the client followed";
  EXPECT_EQ(end(From(6)).metadata.at("sequence"), "4");
  EXPECT_EQ(end(From(-1)).fields, (std::vector<std::string>{"from_sequence"}));
  WatchEventsRequest wrong = From(1);
  wrong.add_types(Event::TRADE_SETTLED);
  wrong.add_types(static_cast<Event::Type>(77));
  wrong.add_types(Event::TYPE_UNSPECIFIED);
  EXPECT_EQ(end(wrong).fields,
            (std::vector<std::string>{"types[1]", "types[2]"}));
  WatchEventsRequest stranger = From(1);
  stranger.set_member("networks/res/members/nobody");
  EXPECT_EQ(end(stranger).reason, "RESOURCE_NOT_FOUND");
  stranger.set_member("networks/wir/members/garage");
  EXPECT_EQ(end(stranger).fields, (std::vector<std::string>{"member"}));
  WatchEventsRequest elsewhere;
  elsewhere.set_parent("networks/wir");
  EXPECT_EQ(end(elsewhere).reason, "RESOURCE_NOT_FOUND");
}

TEST(EventCallsTest, TheServerSaysThatItStops) {
  Scene scene;
  scene.MakeNetwork();
  Watcher waiting(scene.channel(), From(1));
  EXPECT_EQ(waiting.Take(4).size(), 4U);
  std::thread stop([&] { scene.server().Stop(absl::Seconds(20)); });
  EXPECT_EQ(waiting.Next().events_size(), 0);
  const grpc::Status status = waiting.End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorIn(status).reason, "SHUTTING_DOWN");
  stop.join();
}

TEST(EventCallsTest, AThousandWatchAndAllAreTold) {
  Scene scene;
  scene.MakeNetwork();
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 1'000; ++i) {
    watchers.push_back(std::make_unique<Watcher>(scene.channel(), From(0)));
  }
  for (const auto& watcher : watchers) EXPECT_EQ(watcher->Next().sequence(), 4);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(scene.Call(Sale(absl::StrCat(i), 100)).status.ok());
  }
  for (const auto& watcher : watchers) {
    EXPECT_EQ(SequencesOf(watcher->Take(3)), (std::vector<int64_t>{5, 6, 7}));
  }
  // Those who leave make no trouble.
  watchers.resize(500);
  ASSERT_TRUE(scene.Call(Sale("more", 100)).status.ok());
  for (const auto& watcher : watchers) {
    EXPECT_EQ(SequencesOf(watcher->Take(1)), (std::vector<int64_t>{8}));
  }
}

TEST(EventCallsTest, WhoReadsNothingForTooLongIsGivenUp) {
  Scene scene;
  scene.server_options().stream_patience = absl::Milliseconds(300);
  scene.Restart();
  scene.MakeNetwork();
  // More than the windows of a connection hold.
  for (int i = 0; i < 8; ++i) {
    v1::BatchCreateTradesRequest batch;
    batch.set_parent("networks/res");
    batch.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
    for (int k = 0; k < 1'000; ++k) {
      auto* const item = batch.add_requests();
      *item = Sale(absl::StrCat(i, "-", k), 1);
      item->mutable_trade()->set_description(std::string(400, 'x'));
    }
    ASSERT_TRUE(scene.Call(batch).status.ok());
  }
  const auto channel = scene.NewChannel();
  Watcher silent(channel, From(1));
  Watcher reads(scene.channel(), From(1));
  EXPECT_EQ(reads.Take(8'000).size(), 8'000u);
  absl::SleepFor(absl::Seconds(3));
  // It is told when it looks.
  EXPECT_LT(silent.Take(8'000).size(), 8'000u);
  EXPECT_EQ(silent.End().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(scene.Call(Sale("after", 1)).status.ok());
  EXPECT_GE(reads.Take(1).size(), 1u);
}

TEST(EventCallsTest, WhoReadsNothingHoldsNobodyUp) {
  Scene scene;
  scene.MakeNetwork();
  Watcher deaf(scene.NewChannel(), From(1));
  Watcher attentive(scene.channel(), From(5));
  attentive.Next();
  // More than the windows of a connection take.
  int64_t made = 0;
  for (int batch = 0; batch < 20; ++batch) {
    v1::BatchCreateTradesRequest request;
    request.set_parent("networks/res");
    request.set_mode(v1::BatchCreateTradesRequest::INDEPENDENT);
    for (int i = 0; i < 200; ++i) {
      v1::CreateTradeRequest sale = Sale(absl::StrCat(batch, "-", i), 1);
      sale.clear_parent();
      sale.mutable_trade()->set_description(std::string(900, 'd'));
      *request.add_requests() = std::move(sale);
    }
    const auto reply = scene.Call(request);
    ASSERT_TRUE(reply.status.ok()) << reply.status.error_message();
    made += reply.response.results_size();
    EXPECT_EQ(attentive.Take(200).size(), 200U);
  }
  EXPECT_EQ(attentive.sequence(), 4 + made);
  // It was not forgotten: all of it is there when it reads at last.
  EXPECT_EQ(deaf.Take(static_cast<size_t>(4 + made)).size(),
            static_cast<size_t>(4 + made));
}

}  // namespace
}  // namespace skontro::server
