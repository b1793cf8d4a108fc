<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://*.example.com', 'https://*.example.com:*'],
    'allowed_origins_patterns' => ['#^https://[a-z0-9-]+\.example\.com\z#', '/\Ahttps?:\/\/pr-\d+\.preview\.example\.com$/'],
    'supports_credentials' => false,
];
