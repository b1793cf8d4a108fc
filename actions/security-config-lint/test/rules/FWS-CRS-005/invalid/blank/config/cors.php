<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => explode(',', env('CORS_ORIGINS', '')),
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
