<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => array_filter(explode(',', env('CORS_ORIGINS', ''))),
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
