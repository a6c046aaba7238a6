// WebhookService of proto/skontro/v1/webhook_service.proto.

#ifndef SKONTRO_SERVER_WEBHOOK_SERVICE_H_
#define SKONTRO_SERVER_WEBHOOK_SERVICE_H_

#include "server/backend.h"
#include "server/webhook/webhook_sender.h"
#include "skontro/v1/webhook_service.grpc.pb.h"

namespace skontro::server {

class WebhookService final : public v1::WebhookService::CallbackService {
 public:
  // `sender` must outlive the service.
  WebhookService(const Backend& backend, WebhookSender* sender)
      : backend_(backend), sender_(*sender) {}

  grpc::ServerUnaryReactor* CreateWebhook(
      grpc::CallbackServerContext* context,
      const v1::CreateWebhookRequest* request,
      v1::CreateWebhookResponse* response) override;
  grpc::ServerUnaryReactor* GetWebhook(
      grpc::CallbackServerContext* context,
      const v1::GetWebhookRequest* request,
      v1::GetWebhookResponse* response) override;
  grpc::ServerUnaryReactor* ListWebhooks(
      grpc::CallbackServerContext* context,
      const v1::ListWebhooksRequest* request,
      v1::ListWebhooksResponse* response) override;
  grpc::ServerUnaryReactor* DeleteWebhook(
      grpc::CallbackServerContext* context,
      const v1::DeleteWebhookRequest* request,
      v1::DeleteWebhookResponse* response) override;
  grpc::ServerUnaryReactor* PauseWebhook(
      grpc::CallbackServerContext* context,
      const v1::PauseWebhookRequest* request,
      v1::PauseWebhookResponse* response) override;
  grpc::ServerUnaryReactor* ResumeWebhook(
      grpc::CallbackServerContext* context,
      const v1::ResumeWebhookRequest* request,
      v1::ResumeWebhookResponse* response) override;
  grpc::ServerUnaryReactor* ListDeadLetters(
      grpc::CallbackServerContext* context,
      const v1::ListDeadLettersRequest* request,
      v1::ListDeadLettersResponse* response) override;
  grpc::ServerUnaryReactor* ResendDeadLetter(
      grpc::CallbackServerContext* context,
      const v1::ResendDeadLetterRequest* request,
      v1::ResendDeadLetterResponse* response) override;
  grpc::ServerUnaryReactor* SkipDeadLetter(
      grpc::CallbackServerContext* context,
      const v1::SkipDeadLetterRequest* request,
      v1::SkipDeadLetterResponse* response) override;

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* SetState(grpc::CallbackServerContext* context,
                                     std::string_view method,
                                     engine::WebhookState state,
                                     const Request& request,
                                     Response* response);
  template <typename Request>
  grpc::ServerUnaryReactor* ChangeDeadLetter(
      grpc::CallbackServerContext* context, std::string_view method,
      bool resend, const Request& request);

  const Backend backend_;
  WebhookSender& sender_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_SERVICE_H_
