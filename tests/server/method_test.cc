// What is said twice is the same: methods in the protos and in the table of
// permissions, reasons in the protos and in the ledger, states and kinds on the
// wire and on disk.

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "engine/event.h"
#include "engine/permission.h"
#include "ledger/base/reason.h"
#include "ledger/entry.h"
#include "skontro/v1/account_service.pb.h"
#include "skontro/v1/admin_service.pb.h"
#include "skontro/v1/audit_service.pb.h"
#include "skontro/v1/credit_service.pb.h"
#include "skontro/v1/error_reason.pb.h"
#include "skontro/v1/event_service.pb.h"
#include "skontro/v1/fiscal_service.pb.h"
#include "skontro/v1/key_service.pb.h"
#include "skontro/v1/member_service.pb.h"
#include "skontro/v1/network_service.pb.h"
#include "skontro/v1/operation_service.pb.h"
#include "skontro/v1/trade_service.pb.h"
#include "skontro/v1/webhook_service.pb.h"

namespace skontro::server {
namespace {

using google::protobuf::FileDescriptor;

const FileDescriptor* const kFiles[] = {
    v1::GetNetworkRequest::descriptor()->file(),
    v1::GetMemberRequest::descriptor()->file(),
    v1::GetAccountRequest::descriptor()->file(),
    v1::GetCreditLineRequest::descriptor()->file(),
    v1::GetTradeRequest::descriptor()->file(),
    v1::ExportRequest::descriptor()->file(),
    v1::GetOperationRequest::descriptor()->file(),
    v1::VerifyRequest::descriptor()->file(),
    v1::WatchEventsRequest::descriptor()->file(),
    v1::GetApiKeyRequest::descriptor()->file(),
    v1::GetServerStatusRequest::descriptor()->file(),
    v1::GetWebhookRequest::descriptor()->file(),
};

std::set<std::string> MethodsOfProtos() {
  std::set<std::string> methods;
  for (const FileDescriptor* file : kFiles) {
    for (int i = 0; i < file->service_count(); ++i) {
      const auto* service = file->service(i);
      for (int k = 0; k < service->method_count(); ++k) {
        methods.insert(service->name() + "." + service->method(k)->name());
      }
    }
  }
  return methods;
}

TEST(MethodTest, EveryMethodHasARuleAndEveryRuleAMethod) {
  std::set<std::string> known;
  for (const std::string_view method : engine::KnownMethods()) {
    EXPECT_TRUE(known.emplace(method).second) << method;
  }
  EXPECT_EQ(known, MethodsOfProtos());
}

TEST(MethodTest, TheLocalOperatorMayCallEveryMethod) {
  for (const std::string& method : MethodsOfProtos()) {
    EXPECT_FALSE(engine::CheckPermission(engine::LocalOperator(), method))
        << method;
  }
}

TEST(MethodTest, EveryChangeTakesARequestIdAndEveryListAPage) {
  for (const FileDescriptor* file : kFiles) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int k = 0; k < file->service(i)->method_count(); ++k) {
        const auto* method = file->service(i)->method(k);
        const auto* request = method->input_type();
        const std::string& name = method->name();
        const bool reads =
            name.rfind("Get", 0) == 0 || name.rfind("List", 0) == 0 ||
            name.rfind("Prove", 0) == 0 || method->server_streaming() ||
            // The books are not changed by these.
            name == "Verify" || name == "CancelOperation" ||
            name == "ResendDeadLetter" || name == "SkipDeadLetter";
        EXPECT_EQ(request->FindFieldByName("request_id") == nullptr, reads)
            << name;
        if (name.rfind("List", 0) == 0) {
          EXPECT_NE(request->FindFieldByName("page_token"), nullptr) << name;
        }
      }
    }
  }
}

TEST(MethodTest, ReasonsAreTheSameOnTheWireAndInTheJournal) {
  const auto* wire = v1::ErrorReason_descriptor();
  std::set<int> numbers = {0};
  for (const Reason reason : AllReasons()) {
    const auto* value = wire->FindValueByNumber(static_cast<int>(reason));
    ASSERT_NE(value, nullptr) << ReasonName(reason);
    EXPECT_EQ(value->name(), ReasonName(reason));
    numbers.insert(static_cast<int>(reason));
  }
  EXPECT_EQ(static_cast<size_t>(wire->value_count()), numbers.size());
}

TEST(MethodTest, StatesAndKindsHaveTheNumbersOfTheWire) {
  EXPECT_EQ(static_cast<int>(engine::TradeState::kProposed),
            v1::Trade::PROPOSED);
  EXPECT_EQ(static_cast<int>(engine::TradeState::kAuthorised),
            v1::Trade::AUTHORISED);
  EXPECT_EQ(static_cast<int>(engine::TradeState::kWithdrawn),
            v1::Trade::WITHDRAWN);
  EXPECT_EQ(static_cast<int>(engine::TradeState::kExpired), v1::Trade::EXPIRED);
  EXPECT_EQ(static_cast<int>(engine::TradeState::kSettled), v1::Trade::SETTLED);
  EXPECT_EQ(static_cast<int>(engine::TradeState::kDeclined),
            v1::Trade::DECLINED);
  EXPECT_EQ(static_cast<int>(engine::TradeState::kReversed),
            v1::Trade::REVERSED);
  EXPECT_EQ(static_cast<int>(engine::Initiator::kSeller), v1::Trade::SELLER);
  EXPECT_EQ(static_cast<int>(engine::Initiator::kBuyer), v1::Trade::BUYER);
  EXPECT_EQ(static_cast<int>(ledger::EntryKind::kTrade),
            v1::StatementLine::TRADE);
  EXPECT_EQ(static_cast<int>(ledger::EntryKind::kReversal),
            v1::StatementLine::REVERSAL);
}

}  // namespace
}  // namespace skontro::server
