// The description of the API over HTTP: docs/reference/openapi.json, which
// docs/reference/make_openapi.py writes from the protos.

#ifndef SKONTRO_SERVER_HTTP_OPENAPI_H_
#define SKONTRO_SERVER_HTTP_OPENAPI_H_

#include <string_view>

namespace skontro::server::http {

std::string_view OpenApiJson();

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_OPENAPI_H_
