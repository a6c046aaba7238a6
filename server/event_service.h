// EventService of proto/skontro/v1/event_service.proto.

#ifndef SKONTRO_SERVER_EVENT_SERVICE_H_
#define SKONTRO_SERVER_EVENT_SERVICE_H_

#include "server/backend.h"
#include "server/event_feed.h"
#include "skontro/v1/event_service.grpc.pb.h"

namespace skontro::server {

class EventService final : public v1::EventService::CallbackService {
 public:
  // `feed` must outlive the service.
  EventService(const Backend& backend, EventFeed* feed)
      : backend_(backend), feed_(feed) {}

  grpc::ServerWriteReactor<v1::WatchEventsResponse>* WatchEvents(
      grpc::CallbackServerContext* context,
      const v1::WatchEventsRequest* request) override;

 private:
  const Backend backend_;
  EventFeed* const feed_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_EVENT_SERVICE_H_
