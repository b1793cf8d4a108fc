<?php

return [
    'key' => env('APP_KEY', 'base64:zQqphWFHtsW0/yt9/uXaIKo4JTCZ7xtKZKztIzya/ik='),
    'cipher' => 'AES-256-CBC',
];
