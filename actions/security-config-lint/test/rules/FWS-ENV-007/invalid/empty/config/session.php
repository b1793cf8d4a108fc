<?php

return [
    'http_only' => env('SESSION_HTTP_ONLY', true),
    'secure' => (bool) env('SECURE_COOKIES', true),
];
