<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://app.example.com', 'null'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => true,
];
