<?php

return [
    'cookie' => env('SESSION_COOKIE', 'shop_session'),
];
