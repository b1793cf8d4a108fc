<?php

return [
    'paths' => ['.well-known/*'],
    'allowed_origins' => ['*'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
