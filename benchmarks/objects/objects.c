// Makes through Node-API what JSON.parse makes of a text: nothing is parsed here, so that this is the least it can cost.
#include <node_api.h>
#include <stdio.h>

#define ROWS 200

static napi_value number(napi_env env, double given) {
  napi_value value;
  napi_create_double(env, given, &value);
  return value;
}

static napi_value text(napi_env env, const char *given) {
  napi_value value;
  napi_create_string_utf8(env, given, NAPI_AUTO_LENGTH, &value);
  return value;
}

static napi_value object(napi_env env) {
  napi_value value;
  napi_create_object(env, &value);
  return value;
}

// {"input":{"a":1,"b":2}}
static napi_value small(napi_env env, napi_callback_info info) {
  napi_value body = object(env), input = object(env);
  napi_set_named_property(env, input, "a", number(env, 1));
  napi_set_named_property(env, input, "b", number(env, 2));
  napi_set_named_property(env, body, "input", input);
  return body;
}

// {"input":[{"id":0,"name":"item number 0","price":0,"sold":false,"note":"..."}, ...]}
static napi_value large(napi_env env, napi_callback_info info) {
  napi_value body = object(env), rows;
  napi_create_array_with_length(env, ROWS, &rows);
  for (int index = 0; index < ROWS; index++) {
    napi_handle_scope scope;
    napi_open_handle_scope(env, &scope);
    char name[32];
    snprintf(name, sizeof name, "item number %d", index);
    napi_value row = object(env), sold;
    napi_get_boolean(env, index % 2, &sold);
    napi_set_named_property(env, row, "id", number(env, index));
    napi_set_named_property(env, row, "name", text(env, name));
    napi_set_named_property(env, row, "price", number(env, index * 1.25));
    napi_set_named_property(env, row, "sold", sold);
    napi_set_named_property(env, row, "note", text(env, "a text of some length, as in real life"));
    napi_set_element(env, rows, index, row);
    napi_close_handle_scope(env, scope);
  }
  napi_set_named_property(env, body, "input", rows);
  return body;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "small", NAPI_AUTO_LENGTH, small, NULL, &function);
  napi_set_named_property(env, exports, "small", function);
  napi_create_function(env, "large", NAPI_AUTO_LENGTH, large, NULL, &function);
  napi_set_named_property(env, exports, "large", function);
  return exports;
}
